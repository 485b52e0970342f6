"""Compounds of Compound Discoverer: one row per compound, ``Area: FILE (F1)`` for each file.

``RT [min]`` and ``m/z`` are those of the compound, ``Reference Ion`` its adduct. ``Area (Max.)``,
group areas and normalised areas are no peaks of a file; the latter are read where no others are.
"""

import re

from app.analysis.reading.headers.columns import fold
from app.analysis.reading.sources.source import Above, Header, SampleColumns, Source, sample_columns

FILE = r"\s*(?P<file>.+?)\s*(?:\(F\d+\))?\s*"
AREAS = (
    re.compile(rf"Area:{FILE}", re.IGNORECASE),
    re.compile(rf"Norm\. Area:{FILE}", re.IGNORECASE),
)
TIMES = re.compile(rf"RT \[min\]:{FILE}", re.IGNORECASE)


def _is_compound_discoverer(header: Header) -> bool:
    folded = {fold(name) for name in header}
    return "calcmw" in folded and "rtmin" in folded


def _samples(header: Header, _above: Above) -> list[SampleColumns]:
    times = _by_file(header, TIMES)
    areas = next(filter(None, (_by_file(header, pattern) for pattern in AREAS)), {})
    return sample_columns(areas, times)


def _by_file(header: Header, pattern: re.Pattern[str]) -> dict[str, str]:
    matches = {name: pattern.fullmatch(name.strip()) for name in header}
    return {match["file"]: name for name, match in matches.items() if match}


SOURCE = Source(
    title="Compound Discoverer",
    is_source=_is_compound_discoverer,
    headers={
        "name": ("name",),
        "rt": ("rtmin",),
        "mz": ("mz",),
        "adduct": ("referenceion", "ion"),
        "evidence": ("ms2",),
    },
    samples=_samples,
    hint="Show the columns Area and RT [min] of the Compounds table, then File > Export > As Excel "
    "or Plain Text.",
)
