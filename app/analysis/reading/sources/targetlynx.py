"""Compound summary reports of TargetLynx: a section per compound, with one row per sample."""

import re
from collections.abc import Sequence

from app.analysis.reading.headers.columns import fold
from app.analysis.reading.sources.source import Document, Source

COMPOUND = re.compile(r"\s*\"?Compound\s+\d+\s*:\s*(?P<name>[^\t,]*?)\"?[\s,]*", re.IGNORECASE)
REPORT = "quantifycompoundsummaryreport"
SEPARATORS = ("\t", ",")


def _is_targetlynx(lines: Sequence[str]) -> bool:
    return any(fold(line) == REPORT for line in lines[:5]) or (
        any(map(COMPOUND.fullmatch, lines)) and any("stdconc" in fold(line) for line in lines)
    )


def _read(lines: Sequence[str]) -> Document:
    """One row per compound and sample; sections can have different columns."""
    header: list[str] = ["Compound"]
    rows: list[dict[str, str]] = []
    compound, columns = "", list[str]()
    for line in filter(str.strip, lines):
        if match := COMPOUND.fullmatch(line):
            compound, columns = match["name"].strip(), []
            continue
        cells = [cell.strip() for cell in _cells(line)]
        if compound and not columns:
            columns = [_renamed(cell, place) for place, cell in enumerate(cells)]
            header += [name for name in columns if name not in header]
        elif compound:
            rows.append({"Compound": compound, **dict(zip(columns, cells, strict=False))})
    return Document(header, [[row.get(name, "") for name in header] for row in rows])


def _cells(line: str) -> list[str]:
    return line.split(next((mark for mark in SEPARATORS if mark in line), "\t"))


def _renamed(name: str, place: int) -> str:
    """``Name`` is that of the sample; the column of numbers has none."""
    return "Sample Name" if fold(name) == "name" else name or f"Number {place + 1}"


SOURCE = Source(
    title="TargetLynx",
    is_document=_is_targetlynx,
    read_document=_read,
    headers={
        "name": ("compound",),
        "rt": ("rt",),
        "volume": ("area",),
        "sample": ("samplename", "sampletext"),
        "sample_role": ("type",),
    },
    hint="Show the columns Name, Type, RT and Area, then choose File > Export > Complete Summary.",
)
