"""mwTab of Metabolomics Workbench: areas in one section, the facts on molecules in another."""

from collections.abc import Mapping, Sequence

from app.analysis.reading.headers.columns import fold
from app.analysis.reading.sources.source import Document, Source
from app.analysis.reading.sources.wide import samples_of

BEGIN = "#METABOLOMICS WORKBENCH"
DATA, MOLECULES = "MS_METABOLITE_DATA", "METABOLITES"
AREA = "peak area: "
Rows = list[list[str]]


def _is_mwtab(lines: Sequence[str]) -> bool:
    return any(line.lstrip("\ufeff").startswith(BEGIN) for line in lines[:5])


def _read(lines: Sequence[str]) -> Document:
    data, molecules = _section(lines, DATA), _section(lines, MOLECULES)
    samples = data[0][1:] if data else []
    facts = molecules[0][1:] if molecules else []
    by_name: Mapping[str, list[str]] = {row[0]: row[1:] for row in molecules[1:]}
    header = ["metabolite_name", *facts, *(AREA + sample for sample in samples)]
    rows = [
        [row[0], *_filled(by_name.get(row[0], []), len(facts)), *_filled(row[1:], len(samples))]
        for row in data[1:]
        if fold(row[0]) != "factors"
    ]
    return Document(header, rows)


def _section(lines: Sequence[str], name: str) -> Rows:
    """The rows of a section, the first of which is its header."""
    places = {line.strip(): place for place, line in enumerate(lines)}
    begin, end = places.get(f"{name}_START"), places.get(f"{name}_END")
    if begin is None or end is None:
        return []
    return [[cell.strip() for cell in line.split("\t")] for line in lines[begin + 1 : end]]


def _filled(cells: Sequence[str], width: int) -> list[str]:
    return [*cells, *[""] * width][:width]


SOURCE = Source(
    title="mwTab",
    is_document=_is_mwtab,
    read_document=_read,
    headers={
        "name": ("metabolitename",),
        "rt": ("retentiontime", "retentiontimemin", "rt", "rtmin", "retentionindex", "ri"),
        "mz": ("moverzquant", "quantifiedmz", "mz"),
        "adduct": ("adduct", "ion", "adducttype"),
    },
    samples=lambda header, _: samples_of(header),
    hint="Its section METABOLITES needs a column of retention times, such as retention_time.",
)
