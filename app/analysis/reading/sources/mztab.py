"""mzTab-M: molecules (SML), their ions (SMF) with times in seconds, and names of assays (MTD).

Each ion of a molecule is a row. A file without ions, such as one of Sialoscope from a table without
m/z, has the time of its molecules in an optional column. A file of Sialoscope has the peaks of its
run as comments too. They are read instead, for molecules lack the fragments and outliers that shape
the model.
"""

import re
from collections.abc import Mapping, Sequence

from app.analysis.reading.sources.mztab_sections import (
    VERSION,
    Row,
    distinct,
    facts_of,
    section,
    text_of,
)
from app.analysis.reading.sources.peak_comments import BEGIN, PEAK
from app.analysis.reading.sources.source import Document, Source
from app.analysis.reading.sources.wide import samples_of

ASSAY = re.compile(r"assay\[(\d+)\]")
AREA = "area: "
OWN_ANCHOR, OWN_ISOMER = "opt_global_anchor", "opt_global_isomer"
# The core of a name of Sialoscope, which the letter of its isomer follows.
CORE = re.compile(r"^G[A-Z]\d(?=[+(])")
OWN_EVIDENCE = "opt_global_evidence_level"
OWN_TIME = "opt_global_retention_time_in_seconds"
# Sialoscope's own levels of reliability rest on times, not on spectra.
OWN = "Sialoscope"
OWN_NOTE = (
    "The peaks are read from the comments that Sialoscope wrote, not from the sections SML and "
    "SMF. Remove the lines that begin with COM to read the sections."
)
HEADER = [
    "chemical_name",
    "adduct_ion",
    "exp_mass_to_charge",
    "charge",
    "anchor",
    "retention time (s)",
]

ISOMERS = ("a", "b", "c")
TIME = len(HEADER) - 1


def _is_mztab(lines: Sequence[str]) -> bool:
    return any(line.startswith((VERSION, "MTD\tmzTab-ID")) for line in lines[:20])


def _read(lines: Sequence[str]) -> Document:
    return _own_peaks(lines) or _read_sections(lines)


def _own_peaks(lines: Sequence[str]) -> Document | None:
    """The peaks in the comments of a file of Sialoscope; None without any."""
    header = next((line.split("\t") for line in lines if line.startswith(f"COM\t{BEGIN}\t")), None)
    if header is None:
        return None
    peaks = (line.split("\t") for line in lines if line.startswith(f"COM\t{PEAK}\t"))
    return Document(header[2:], [list(map(text_of, cells[2:])) for cells in peaks], (OWN_NOTE,))


def _read_sections(lines: Sequence[str]) -> Document:
    facts = facts_of(lines)
    molecules, ions = section(lines, "SMH", "SML"), section(lines, "SFH", "SMF")
    assays = {name[6:-1]: value for name, value in facts.items() if ASSAY.fullmatch(name)}
    is_own = any(OWN in value for name, value in facts.items() if name.startswith("software["))
    by_number = {row["SMF_ID"]: row for row in ions}
    rows = [
        [*_described(molecule, ion, is_own=is_own), *_areas(ion or molecule, assays)]
        for molecule in molecules
        for ion in _ions_of(molecule, by_number)
    ]
    header = [*HEADER, "reliability", *(AREA + name for name in distinct(assays))]
    if any(row[TIME] for row in rows):
        return Document(header, rows)
    return Document(_without_time(header), [_without_time(row) for row in rows])


def _without_time(cells: list[str]) -> list[str]:
    return cells[:TIME] + cells[TIME + 1 :]


def _ions_of(molecule: Row, ions: Mapping[str, Row]) -> list[Row | None]:
    numbers = molecule.get("SMF_ID_REFS", "").split("|")
    return [ions[number] for number in numbers if number in ions] or [None]


def _described(molecule: Row, ion: Row | None, *, is_own: bool) -> list[str]:
    own = ion or {}
    time = own.get("retention_time_in_seconds") or molecule.get(OWN_TIME, "")
    reliability = molecule.get(OWN_EVIDENCE if is_own else "reliability", "")
    ion_cells = [own.get(name, "") for name in HEADER[1:4]]
    return [_name(molecule), *ion_cells, molecule.get(OWN_ANCHOR, ""), time, reliability]


def _name(molecule: Row) -> str:
    """The name of a molecule, with the letter of its isomer where the file has it."""
    name, isomer = molecule.get("chemical_name", ""), molecule.get(OWN_ISOMER, "")
    return CORE.sub(rf"\g<0>{isomer}", name) if isomer in ISOMERS else name


def _areas(row: Row, assays: Mapping[str, str]) -> list[str]:
    return [row.get(f"abundance_assay[{number}]", "") for number in assays]


SOURCE = Source(
    title="mzTab-M",
    is_document=_is_mztab,
    read_document=_read,
    headers={
        "name": ("chemicalname",),
        "rt": ("retentiontimes",),
        "mz": ("expmasstocharge",),
        "adduct": ("adduction",),
        "evidence": ("reliability", "evidencelevel"),
    },
    samples=lambda header, _: samples_of(header),
    rt_unit="s",
    hint="Write it with the section SMF, which has the retention times.",
)
