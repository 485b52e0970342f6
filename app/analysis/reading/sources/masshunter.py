"""Batch tables of MassHunter Quantitative Analysis: one row per sample, columns per compound.

Two header lines: ``GM3 d36:1 Results`` stands over the ``RT`` and ``Area`` (``Resp.``) of its
compound; ``Sample`` over ``Name``, ``Data File`` and ``Type``.
"""

import re

from app.analysis.reading.headers.columns import fold
from app.analysis.reading.sources.source import Above, Header, SampleColumns, Source

COMPOUND = re.compile(r"(?P<name>.+) Results (?P<what>RT|Area|Resp\.?|Response)", re.IGNORECASE)


def _is_masshunter(header: Header) -> bool:
    return any(COMPOUND.fullmatch(name) for name in header)


def _samples(header: Header, _above: Above) -> list[SampleColumns]:
    found: dict[str, dict[str, str]] = {}
    for name in header:
        if match := COMPOUND.fullmatch(name):
            what = "rt" if fold(match["what"]) == "rt" else "area"
            found.setdefault(match["name"], {}).setdefault(what, name)
    return [
        SampleColumns(name, columns["area"], columns.get("rt", ""))
        for name, columns in found.items()
        if "area" in columns
    ]


SOURCE = Source(
    title="MassHunter",
    is_source=_is_masshunter,
    headers={
        "sample": ("name", "samplename", "datafile"),
        "name": (),
        "sample_role": ("type", "sampletype"),
    },
    samples=_samples,
    has_molecules=True,
    hint="Add the columns RT and Area to the results of each compound in the Batch Table, then "
    "File > Export > Export Table.",
)
