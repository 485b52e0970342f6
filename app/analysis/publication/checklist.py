"""The reporting checklist of the Lipidomics Standards Initiative, as far as a run knows it.

The sections are those of the checklist (McDonald et al. 2022, Nat Metab 4:1086; Kopczynski et al.
2024, J Lipid Res 65:100621), and the words of the items are our own. What the run knows can be
copied into the form of https://lipidomicstandards.org.
"""

from collections.abc import Iterator
from typing import NamedTuple

import polars as pl

from app.analysis.quantities.species import Quantities
from app.analysis.quantities.species_lines import COUNTED
from app.analysis.reporting.formats.format import Run
from app.analysis.reporting.result import Analysis
from app.analysis.state.preparation.set_apart import STANDARD

UNKNOWN = "not known to Sialoscope"
# What no peak table says, by section.
_UNKNOWN_ITEMS = {
    "Overall study design": (
        *("Title of the study", "Principal investigator, institution and contact"),
        *("Aim of the study", "Number of biological replicates and groups", "Clinical information"),
    ),
    "Preanalytics": (
        *("Collection of samples, and time to freezing", "Additives and anticoagulants"),
        *("Storage temperature, time and freeze-thaw cycles", "Homogenisation"),
    ),
    "Lipid extraction": (
        *("Extraction method and solvents", "pH adjustment", "Derivatisation and purification"),
        "Whether standards were added before the extraction",
    ),
    "Analytical platform": (
        *("Column, mobile phases, gradient and flow", "Ion source and its settings"),
        *("Mass spectrometer and its resolution", "MS level, scan mode and collision energy"),
    ),
    "Method qualification and validation": (
        *("Lower limit of quantification", "Linear range", "Recovery and matrix effects"),
        "Precision and accuracy",
    ),
    "Reporting": ("Deposition of the raw data, and its accession number",),
}
SECTIONS = (
    *("Overall study design", "Preanalytics", "Lipid extraction", "Analytical platform"),
    *("Lipid identification", "Lipid quantification", "Quality control"),
    *("Method qualification and validation", "Reporting"),
)


class Item(NamedTuple):
    """An item of the checklist; ``answer`` is ``UNKNOWN`` if the run does not know it."""

    section: str
    item: str
    answer: str

    @property
    def is_known(self) -> bool:
        """Whether the run knows it."""
        return self.answer != UNKNOWN


def checklist(run: Run, found: Quantities) -> list[Item]:
    """The items in the order of the sections, those that the run knows first."""
    known = [Item(*each) for each in (*_design(run), *_identification(run), *_amounts(found))]
    known += [Item(*each) for each in (*_quality(run), *_reporting(run))]
    unknown = [
        Item(section, item, UNKNOWN) for section, items in _UNKNOWN_ITEMS.items() for item in items
    ]
    place = {section: number for number, section in enumerate(SECTIONS)}
    return sorted([*known, *unknown], key=lambda each: (place[each.section], not each.is_known))


def by_section(run: Run, found: Quantities) -> dict[str, list[Item]]:
    """The items of each section, in order."""
    items = checklist(run, found)
    return {name: [each for each in items if each.section == name] for name in SECTIONS}


def _design(run: Run) -> Iterator[tuple[str, str, str]]:
    section = "Overall study design"
    record, rows = run.record or {}, run.analysis.rows
    # The setting has a value that nobody chose, so it is no answer.
    yield section, "Type of sample", UNKNOWN
    source = record.get("settings", {}).get("data_type")
    yield section, "Setting “Data type” of the run", source or UNKNOWN
    yield section, "Number of samples", f"{rows['sample'].n_unique():,}"
    section = "Analytical platform"
    adducts = rows["adduct"].drop_nulls().unique().sort().to_list()
    yield section, "Ions and polarity", ", ".join(adducts[:12]) or UNKNOWN
    times: list[float] = rows["rt_min"].drop_nulls().to_list()
    if times:
        separation = f"by retention time, {min(times):.2f} to {max(times):.2f} min; phase unknown"
        yield section, "Separation", separation


def _identification(run: Run) -> Iterator[tuple[str, str, str]]:
    section, rows = "Lipid identification", run.analysis.rows
    settings = (run.record or {}).get("settings", {})
    yield section, "Retention time used", "yes, against a model of all classes of the table"
    has_mz = rows["mz"].null_count() < rows.height
    tolerance = settings.get("mz_tolerance_ppm")
    checked = f"yes, within {tolerance:g} ppm" if tolerance else "yes"
    yield section, "m/z checked against the label", checked if has_mz else "no, the table has none"
    levels = rows["evidence_level"].drop_nulls().unique().sort().to_list()
    yield section, "MS/MS evidence", ", ".join(levels) or UNKNOWN
    yield section, "Level of annotation", _level(rows)
    yield section, "Nomenclature", "Svennerholm with LIPID MAPS shorthand of the ceramide"
    yield section, "In-source fragments", "recognised by retention time, and added to their parents"
    yield section, "Isobaric and isotopic overlap", "other ions and M+2 isotopes were considered"
    yield section, "False discovery rate", _wrong_labels(run.analysis)


def _wrong_labels(analysis: Analysis) -> str:
    rate = analysis.false_discovery_rate
    if rate is not None:
        return f"{100 * rate:.1f} % of the confirmed peaks"
    return "not estimated, too few confirmed peaks" if analysis.counts()[COUNTED] else UNKNOWN


def _level(rows: pl.DataFrame) -> str:
    chains = rows.filter(pl.col("call") == "true")["molecular_name"].drop_nulls()
    return (
        "chains where the table names them, else sum composition"
        if len(chains)
        else ("sum composition (species level)")
    )


def _amounts(found: Quantities) -> Iterator[tuple[str, str, str]]:
    section = "Lipid quantification"
    used = found.standards.drop_nulls("pmol").unique("name", maintain_order=True)
    named = [f"{each['name']} ({each['pmol']:g} pmol)" for each in used.to_dicts()]
    yield section, "Internal standards and their amounts", "; ".join(named) or "none entered"
    classes = found.species.filter(pl.col("call") == "true", pl.col("pmol").is_null())["prefix"]
    without = ", ".join(classes.unique().sort().to_list()) or "none"
    yield section, "Classes without a standard", without
    yield section, "Quantification", "relative to the standard of the class" if named else "area %"
    done = "type I and II" if found.corrects_isotopes else "none"
    yield section, "Isotope correction", done
    yield section, "Response factors within a class", "taken as equal"


def _quality(run: Run) -> Iterator[tuple[str, str, str]]:
    section, rows = "Quality control", run.analysis.rows
    roles = dict(
        rows.unique("sample").drop_nulls("sample_role").group_by("sample_role").len().iter_rows()
    )
    for role, title in (("blank", "Blanks"), ("qc", "Quality control samples")):
        yield section, title, f"{roles[role]:,}" if role in roles else UNKNOWN
    standards = rows.filter(pl.col("set_apart") == STANDARD).height
    yield section, "Peaks of labelled standards", f"{standards:,}"


def _reporting(run: Run) -> Iterator[tuple[str, str, str]]:
    record = run.record or {}
    software = record.get("software", {})
    yield "Reporting", "Software", f"Sialoscope {software.get('sialoscope', UNKNOWN)}"
    yield "Reporting", "Data table", f"SHA-256 {record.get('input', {}).get('sha256', UNKNOWN)}"
    yield "Reporting", "Result", f"SHA-256 {record.get('result', {}).get('sha256', UNKNOWN)}"
    yield "Reporting", "Formats", "CSV, XLSX, JSON, Parquet and mzTab-M"
