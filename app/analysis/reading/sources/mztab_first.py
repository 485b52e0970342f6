"""mzTab 1.0: small molecules (SML), each with its time in seconds and the areas of assays.

OpenMS and older programs write it. Names stand in ``description`` or ``identifier``. An assay is
named after the file of its run; where only study variables have areas, each is read as a sample.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from app.analysis.reading.sources.mztab_sections import (
    VERSION,
    Row,
    distinct,
    facts_of,
    section,
    text_of,
)
from app.analysis.reading.sources.source import Document, Source
from app.analysis.reading.sources.wide import samples_of

AREA = "area: "
TIME = "retention_time"
ADDUCT = "opt_global_adduct_ion"
COLUMNS = ("description", "identifier", "exp_mass_to_charge", "charge", ADDUCT, TIME)
ABUNDANCE = re.compile(r"smallmolecule_abundance_(?P<of>assay|study_variable)\[(?P<number>\d+)\]")
OF_GROUPS = (
    "The file has no areas of assays, so those of its study variables, which can be means of "
    "several runs, are read as samples."
)
# Times of one molecule in several spectra are one time if they differ by less than this share.
SAME_TIME = 0.01


def _is_first_mztab(lines: Sequence[str]) -> bool:
    versions = (line.split("\t")[-1] for line in lines[:20] if line.startswith(VERSION))
    return any(text_of(version).startswith(("0.", "1.")) for version in versions)


def _read(lines: Sequence[str]) -> Document:
    facts, molecules = facts_of(lines), section(lines, "SMH", "SML")
    header = {name: found for row in molecules[:1] for name in row if (found := _abundance(name))}
    kind = next((it for it in ("assay", "study_variable") if it in {*header.values()}), "")
    areas = [name for name, of in header.items() if of == kind]
    samples = distinct({str(place): _sample(name, facts) for place, name in enumerate(areas, 1)})
    columns = [name for name in COLUMNS if any(row.get(name) for row in molecules)]
    rows = [[_cell(row, name) for name in (*columns, *areas)] for row in molecules]
    names = [AREA + name for name in samples]
    return Document([*columns, *names], rows, (OF_GROUPS,) if kind == "study_variable" else ())


def _abundance(header: str) -> str:
    found = ABUNDANCE.fullmatch(header)
    return found["of"] if found else ""


def _sample(header: str, facts: Mapping[str, str]) -> str:
    """The name of an assay or a study variable: its description, or the file of its run."""
    found = ABUNDANCE.fullmatch(header)
    if found is None:
        return header
    key = f"{found['of']}[{found['number']}]"
    run = facts.get(f"{key}-ms_run_ref", "")
    file = PurePosixPath(facts.get(f"{run}-location", "").replace("\\", "/")).name
    number = f"{found['of'].replace('_', ' ')} {found['number']}"
    return facts.get(f"{key}-description") or file or number


def _cell(row: Row, name: str) -> str:
    return _one_time(row.get(name, "")) if name == TIME else row.get(name, "")


def _one_time(cell: str) -> str:
    """The mean of times such as 636.0|637.1; times that differ stay as they are written."""
    try:
        times = [float(each) for each in cell.split("|")]
    except ValueError:
        return cell
    is_one = max(times) - min(times) <= SAME_TIME * max(times)
    return str(sum(times) / len(times)) if len(times) > 1 and is_one else cell


SOURCE = Source(
    title="mzTab 1.0",
    is_document=_is_first_mztab,
    read_document=_read,
    headers={
        "name": ("description", "identifier"),
        "rt": ("retentiontime",),
        "mz": ("expmasstocharge",),
        "adduct": ("optglobaladduction",),
    },
    samples=lambda header, _: samples_of(header),
    rt_unit="s",
    hint="Its section SML needs retention_time and the abundances of assays.",
)
