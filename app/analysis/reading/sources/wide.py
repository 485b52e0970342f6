"""Find the columns of each sample in a wide table, whatever program it comes from.

A column of a sample has its name before or after what it holds: ``s1 Total Area``, ``Area: s1``,
``Area[s1]``, ``s1.raw_RT``.
"""

import re
from collections.abc import Mapping

from app.analysis.reading.columns import RECOGNISED, fold
from app.analysis.reading.sources.source import Header, SampleColumns, sample_columns

MARKS = r"[\s_:./|-]*"
AREAS = (
    r"total ?area(?: ?ms1| ?fragment)?|normali[sz]ed ?area|peak ?area|raw ?area|area|peak ?volume"
    r"|volume|peak ?height|height|peak ?intensity|intensity|abundance|response"
)
TIMES = (
    r"best ?retention ?time|average ?retention ?time|actual ?rt|apex ?rt|peak ?rt|ret\.? ?time"
    r"|retention ?time|retention|rt"
)
UNIT = r"(?:\s*[\[(]?(?:min|mins|minutes|s|sec|seconds|a\.u\.|counts)\.?[\])]?)?"
# A longer header names no sample. The patterns take cubic time, so a hostile one would take hours.
LONGEST_HEADER = 300
# Heights are taken where there are no areas.
HEIGHTS = ("height", "intensity", "response")


def samples_of(header: Header) -> list[SampleColumns]:
    """The columns of each sample: those with an area, and with their time where it is there."""
    areas, times = labelled(header, AREAS), labelled(header, TIMES)
    has_own_times = not times.keys().isdisjoint(areas)
    has_plain_area = any(fold(name) in RECOGNISED["volume"] for name in header)
    if has_plain_area and not has_own_times:
        return []
    chosen = {label: name for label, name in areas.items() if label in times or not has_own_times}
    return sample_columns(chosen, times)


def labelled(header: Header, what: str) -> Mapping[str, str]:
    """The columns that hold ``what``, by the label that stands before or after it."""
    before = re.compile(
        rf"(?P<label>.*?\w.*?)[\s_:./|-]+[\[(]?(?:{what})[\])]?{UNIT}", re.IGNORECASE
    )
    after = re.compile(
        rf"(?:{what}){UNIT}(?:[\s_:.|-]+|(?=[\[(]))[\[(]?(?P<label>.*?\w.*?)[\])]?", re.IGNORECASE
    )
    known = {name for names in RECOGNISED.values() for name in names}
    found: dict[str, str] = {}
    for name in header:
        text = name.strip()
        if len(text) > LONGEST_HEADER:
            continue
        match = after.fullmatch(text) or before.fullmatch(text)
        if match and fold(name) not in known:
            label = match["label"].strip()
            is_better = label in found and _is_height(found[label]) and not _is_height(name)
            if label not in found or is_better:
                found[label] = name
    return found


def _is_height(name: str) -> bool:
    return any(word in name.lower() for word in HEIGHTS)
