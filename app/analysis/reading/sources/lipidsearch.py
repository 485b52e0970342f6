"""Results of LipidSearch: comments with ``#``, then one row per lipid ion with columns per sample.

Aligned results have ``Area[s1-1]`` (``MainArea[s1]`` in version 5) and ``Rt[s1-1]`` for a sample.
``LipidIon`` is the name with its adduct, as ``GM3(d18:1_18:0)-H``, and ``LipidGroup`` that of the
sum composition. ``CalcMz`` is computed, so it is not read as a measured m/z.
"""

import re

from app.analysis.reading.columns import fold
from app.analysis.reading.sources.source import Above, Header, SampleColumns, Source, sample_columns

PER_SAMPLE = re.compile(r"(?P<what>main ?area|area|rt|top ?rt)\s*\[(?P<sample>.+)\]", re.IGNORECASE)


def _is_lipidsearch(header: Header) -> bool:
    folded = {fold(name) for name in header}
    return bool({"lipidion", "lipidgroup", "lipidid"} & folded) and bool(
        {"basert", "calcmz", "classkey", "fattyacid", "fakey"} & folded
    )


def _samples(header: Header, _above: Above) -> list[SampleColumns]:
    found: dict[str, dict[str, str]] = {"area": {}, "rt": {}}
    for name in header:
        if match := PER_SAMPLE.fullmatch(name.strip()):
            what = "rt" if match["what"].lower().endswith("rt") else "area"
            found[what].setdefault(match["sample"], name)
    return sample_columns(found["area"], found["rt"])


SOURCE = Source(
    title="LipidSearch",
    is_source=_is_lipidsearch,
    headers={
        "name": ("lipidion", "lipidid", "lipidgroup", "lipidmolec"),
        "rt": ("basert", "rt", "toprt"),
        "volume": ("area", "mainarea", "mainionarea"),
        "mz": ("obsmz", "mz"),
        "adduct": ("adduction", "adduct"),
        "evidence": ("totalgrade", "grade"),
    },
    samples=_samples,
    hint="Export the aligned result with Area and Rt of each sample (Alignment > Export).",
)
