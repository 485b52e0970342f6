"""The whole file, section by section."""

from typing import IO

from app.analysis.reporting.formats.format import Run
from app.analysis.reporting.formats.mztab.metadata import metadata
from app.analysis.reporting.formats.mztab.molecules import Molecules
from app.analysis.reporting.formats.mztab.peaks import peak_comments
from app.analysis.reporting.formats.mztab.sections import (
    evidence_section,
    feature_section,
    summary_section,
)
from app.analysis.reporting.formats.mztab.wrong_labels import wrong_labels


def write_mztab(run: Run, file: IO[bytes]) -> None:
    """Write the molecules of a run, which needs its record and its ions."""
    if run.record is None or run.ions is None:
        raise ValueError("mzTab-M needs the record and the ions of a run.")
    molecules = Molecules(run.analysis, run.ions)
    wrong = wrong_labels(run.analysis.rows, run.ions)
    sections = (
        metadata(molecules, run.record),
        summary_section(molecules),
        feature_section(molecules, wrong),
        evidence_section(molecules, wrong, run.record),
        peak_comments(run),
    )
    written = 0
    for section in sections:
        for number, line in enumerate(section):
            if number == 0 and written:
                file.write(b"\n")
            file.write("\t".join(line).encode() + b"\n")
            written += 1
