"""Consensus features that TextExporter of OpenMS writes: one row per feature, columns per map.

``rt_cf``, ``mz_cf`` and ``intensity_cf`` are those of all maps together, which are no sample;
``rt_0``, ``mz_0`` and ``intensity_0`` are those of the first map. Times are in seconds.
"""

import re

from app.analysis.reading.headers.columns import fold
from app.analysis.reading.sources.source import Above, Header, SampleColumns, Source

AREA_OF_MAP = re.compile(r"intensity_(\d+)", re.IGNORECASE)


def _is_openms(header: Header) -> bool:
    return {"rtcf", "intensitycf"} <= {fold(name) for name in header}


def _samples(header: Header, _above: Above) -> list[SampleColumns]:
    times = {fold(name): name for name in header}
    found = ((name, AREA_OF_MAP.fullmatch(name)) for name in header)
    return [
        SampleColumns(match[1], name, times.get(f"rt{match[1]}", ""))
        for name, match in found
        if match
    ]


SOURCE = Source(
    title="OpenMS",
    is_source=_is_openms,
    headers={
        "rt": ("rtcf",),
        "volume": ("intensitycf",),
        "mz": ("mzcf",),
        "charge": ("chargecf",),
    },
    samples=_samples,
    rt_unit="s",
    hint="TextExporter does not name features: add a column Name with the species to its table of "
    "consensus features.",
)
