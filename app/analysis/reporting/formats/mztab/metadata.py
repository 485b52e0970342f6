"""The metadata section of mzTab-M: what is known of the file as a whole."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.analysis.names.cells.adducts import parse_adduct
from app.analysis.reporting.formats.mztab.cells import (
    CONFIDENCE,
    NULL,
    VOLUME,
    Line,
    software_version,
    text_cell,
)
from app.analysis.reporting.formats.mztab.molecules import REPORTED, Molecules

POLARITIES = {True: "[MS, MS:1000130, positive scan, ]", False: "[MS, MS:1000129, negative scan, ]"}
POLARITY_UNKNOWN = "[, , not told by the peak table, ]"
# The vocabulary of parameters such as [MS, MS:1001834, ...], and the statement that no database was
# searched.
VOCABULARY = (
    ("cv[1]-label", "MS"),
    ("cv[1]-full_name", "PSI-MS controlled vocabulary"),
    ("cv[1]-version", "4.1.138"),
    ("cv[1]-uri", "https://purl.obolibrary.org/obo/ms.obo"),
    ("database[1]", '[, , "no database", null]'),
    ("database[1]-prefix", NULL),
    ("database[1]-version", "Unknown"),
    ("database[1]-uri", NULL),
)

Entry = tuple[str, str]


def metadata(molecules: Molecules, record: Mapping[str, Any]) -> Iterator[Line]:
    """The lines of the section, each MTD, a name and a value."""
    for name, value in (*_file(record), *_samples(molecules), *_quantities(molecules)):
        yield "MTD", name, value


def _file(record: Mapping[str, Any]) -> Iterator[Entry]:
    yield "mzTab-version", "2.0.0-M"
    yield "mzTab-ID", text_cell(record.get("job", "sialoscope"))
    yield "title", text_cell(record.get("input", {}).get("file_name", ""))
    yield "description", "Ganglioside species called by their retention times."
    yield "software[1]", f"[, , Sialoscope, {software_version(record)}]"
    for number, (name, value) in enumerate(record.get("settings", {}).items(), 1):
        yield f"software[1]-setting[{number}]", text_cell(f"{name} = {value}")
    yield "quantification_method", "[MS, MS:1001834, LC-MS label-free quantitation analysis, ]"


def _samples(molecules: Molecules) -> Iterator[Entry]:
    """One run and one assay for each sample, and all of them as one study variable."""
    numbers = range(1, len(molecules.samples) + 1)
    polarities = _polarities(molecules)
    for number in numbers:
        yield f"ms_run[{number}]-location", NULL
        for place, polarity in enumerate(polarities, 1):
            yield f"ms_run[{number}]-scan_polarity[{place}]", polarity
    for number, sample in zip(numbers, molecules.samples, strict=True):
        yield f"assay[{number}]", text_cell(sample or "the sample")
        if role := molecules.roles.get(sample):
            yield f"assay[{number}]-custom[1]", f"[, , sample role, {role}]"
        yield f"assay[{number}]-ms_run_ref", f"ms_run[{number}]"
    yield "study_variable[1]", "undefined"
    yield "study_variable[1]-assay_refs", "|".join(f"assay[{number}]" for number in numbers)
    yield "study_variable[1]-description", "All samples of the table"


def _polarities(molecules: Molecules) -> list[str]:
    adducts = molecules.peaks["adduct"].drop_nulls().unique()
    signs = {ion.charge > 0 for ion in map(parse_adduct, adducts) if ion}
    return [POLARITIES[is_positive] for is_positive in sorted(signs)] or [POLARITY_UNKNOWN]


def _quantities(molecules: Molecules) -> Iterator[Entry]:
    left_out = {call: rows for call, rows in molecules.counts.items() if call not in REPORTED}
    for number, (call, rows) in enumerate(left_out.items(), 1):
        yield f"custom[{number}]", f"[, , rows called {call} and not reported, {rows}]"
    yield from VOCABULARY
    yield "small_molecule-quantification_unit", VOLUME
    if molecules.features:
        yield "small_molecule_feature-quantification_unit", VOLUME
    yield "id_confidence_measure[1]", CONFIDENCE
