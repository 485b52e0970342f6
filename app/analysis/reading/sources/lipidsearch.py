"""Results of LipidSearch: comments with ``#``, then one row per lipid ion with columns per sample.

Aligned results have ``Area[s1-1]`` and ``Rt[s1-1]`` for a sample (``MainArea`` and ``ObsRt`` in
version 5, whose ``OrgMeanArea[s1]`` are means of groups, and so is ``MainArea[s1]`` beside
``Area[s1-1]``). Comments such as ``#[s1-1]:QC.raw`` give
its file. An area that is not there is empty or ``NP``. ``LipidIon`` (``LipidID`` in version 5) is
the name with its adduct, as ``GM3(d18:1_18:0)-H``, and ``LipidGroup`` that of the sum composition.
``CalcMz`` is computed, so it is not read as a measured m/z.
"""

import re
from collections.abc import Iterator

from app.analysis.reading.headers.columns import fold
from app.analysis.reading.sources.source import Above, Header, SampleColumns, Source, sample_columns

PER_SAMPLE = re.compile(
    r"(?P<what>main ?area|area|rt|top ?rt|obs ?rt)\s*\[(?P<sample>.+)\]", re.IGNORECASE
)
FILE = re.compile(r"#\[(?P<sample>[^\]]+)\]\s*:\s*(?P<file>.+)")


def _is_lipidsearch(header: Header) -> bool:
    folded = {fold(name) for name in header}
    return bool({"lipidion", "lipidgroup", "lipidid", "lipidmolec"} & folded) and bool(
        {"basert", "calcmz", "classkey", "fattyacid", "fakey"} & folded
    )


def _samples(header: Header, above: Above) -> list[SampleColumns]:
    files = dict(_files(above))
    found: dict[str, dict[str, str]] = {"area": {}, "mainarea": {}, "rt": {}}
    for name in header:
        if match := PER_SAMPLE.fullmatch(name.strip()):
            what = "rt" if match["what"].lower().endswith("rt") else fold(match["what"])
            found[what].setdefault(match["sample"], name)
    columns = sample_columns(found["area"] or found["mainarea"], found["rt"])
    return [one._replace(sample=files.get(one.sample, one.sample)) for one in columns]


def _files(above: Above) -> Iterator[tuple[str, str]]:
    """The file of each sample that the comments name, where no other sample has it."""
    matches = [match for line in above if (match := FILE.fullmatch("".join(line).strip()))]
    names = [match["file"].strip() for match in matches]
    for match, name in zip(matches, names, strict=True):
        if names.count(name) == 1:
            yield match["sample"], name


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
