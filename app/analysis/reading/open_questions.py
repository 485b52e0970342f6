"""Find the questions of any kind that a table leaves open, before a job is made of it.

It reads the table as an analysis does, as far as anything can be open, and collects each
``Question`` that the reading adds to its ``Findings``, so a new question needs no change here.
"""

from pathlib import Path

from app.analysis.errors import PeakTableError
from app.analysis.reading.decisions import AS_FOUND, Findings, Question, ReadingChoices
from app.analysis.reading.peak_table import decide
from app.analysis.reading.table_file import open_table


def open_questions(path: Path, choices: ReadingChoices = AS_FOUND) -> tuple[Question, ...]:
    """The questions that a file leaves open; none if it cannot be read at all."""
    findings = Findings()
    try:
        table, layout = open_table(path, choices, findings)
        decide(table, layout, lambda _: None, choices, findings)
    except PeakTableError:  # the analysis refuses the table with a sentence of its own
        return ()
    return tuple(findings.questions)
