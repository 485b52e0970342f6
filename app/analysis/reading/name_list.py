"""The names in a file, each once: of the column of names of a table, or of a list of names."""

from collections import Counter
from pathlib import Path

from app.analysis.errors import PeakTableError
from app.analysis.names.grammar import SpeciesNameError, StandardNameError, read_name
from app.analysis.reading.cells.name_cells import candidates_in
from app.analysis.reading.decisions import Findings, ReadingChoices
from app.analysis.reading.file_format import TEXT, file_format
from app.analysis.reading.headers.columns import known_columns
from app.analysis.reading.table_file import open_table
from app.analysis.reading.text.encoding import read_text

# So many first lines tell whether a file is a list.
MOST_LINES = 200


def names_in(path: Path, choices: ReadingChoices, findings: Findings) -> Counter[str]:
    """The names of a file and how often each occurs, in the order in which they come.

    A text file with lines that are names as a whole, below no known header, is a list with one name
    a line, and so is one without a column of names. ``choices`` are those of ``read_peak_table``,
    and ``findings`` collects what was decided and what is open.

    Raises:
        PeakTableError: the file is no text and has no column of names.
    """
    own = Findings()
    lines = _lines(path, choices, own) if file_format(path) == TEXT else []
    if not choices.columns and _is_list(lines):
        findings.add(*own.decisions, *own.questions)
        return Counter(lines)
    try:
        return _names_of_table(path, choices, findings)
    except PeakTableError:
        if not lines or choices.columns:
            raise
        return Counter(lines)


def _lines(path: Path, choices: ReadingChoices, findings: Findings) -> list[str]:
    text = read_text(path, choices.encoding, findings)
    return [line.strip() for line in text.splitlines() if line.strip()]


def _is_list(lines: list[str]) -> bool:
    return not known_columns([line.strip('"') for line in lines[:1]]) and any(
        map(_is_name, lines[:MOST_LINES])
    )


def _is_name(line: str) -> bool:
    try:
        read_name(line)
    except StandardNameError:
        return True
    except SpeciesNameError:
        return False
    return True


def _names_of_table(path: Path, choices: ReadingChoices, findings: Findings) -> Counter[str]:
    table, layout = open_table(path, choices, findings, every_column=True)
    if "name" not in layout.roles:
        raise PeakTableError("The table has no column of names. Give it with --column name=HEADER.")
    has_header = len(layout.header) > 1 or known_columns(layout.header)
    if not has_header and not choices.columns:
        raise PeakTableError("The file is a list of names without a header.")
    found: Counter[str] = Counter()
    for column in layout.joined_names or (layout.roles["name"],):
        for cell in table[column].cast(str).drop_nulls():
            text = cell.strip()
            found.update([text] if _is_name(text) else filter(None, candidates_in(text)))
    return found
