"""Find the columns of each sample in a wide table, whatever program it comes from.

A column of a sample has its name before or after what it holds: ``s1 Total Area``, ``Area: s1``,
``Area[s1]``, ``s1.raw_RT``.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache

from app.analysis.reading.headers.area_headers import split_area_unit
from app.analysis.reading.headers.columns import HEIGHTS as HEIGHT_HEADERS
from app.analysis.reading.headers.columns import (
    RECOGNISED,
    REPEAT,
    SIGNALS,
    fold,
    known_columns,
)
from app.analysis.reading.headers.statistics_words import units_in
from app.analysis.reading.sources.source import Header, SampleColumns, sample_columns

MARKS = r"[\s_:./|-]*"
AREAS = (
    r"total ?area(?: ?ms1| ?fragment)?|normali[sz]ed ?area|peak ?area|raw ?area|area|peak ?volume"
    r"|volume|peak ?height|height|peak ?intensity|intensity|abundance|response"
    r"|(?:peak)?fläche|aire(?: du pic)?|área(?: del? pico)?|area del picco|площадь(?: пика)?"
    r"|(?:pole )?powierzchnia?(?: piku)?|ピーク面積|峰面积|峰面積|面積|面积|면적"
)
TIMES = (
    r"best ?retention ?time|average ?retention ?time|actual ?rt|apex ?rt|peak ?rt|ret\.? ?time"
    r"|retention ?time|retention|rt|tr|retentionszeit|temps de rétention|tiempo de retención"
    r"|tempo di ritenzione|время удерживания|czas retencji|保持時間|保留时间|保留時間"
)
UNIT = r"(?:\s*[\[(]?(?:min|mins|minutes|s|sec|seconds|a\.u\.|counts)\.?[\])]?)?"
# A longer header names no sample. The patterns take cubic time, so a hostile one would take hours.
LONGEST_HEADER = 300
# A height or a total beside the areas of samples is none of theirs.
AREA_HEADERS = frozenset(RECOGNISED["volume"]) - {*HEIGHT_HEADERS, *SIGNALS, "totalarea"}
NAME_HEADERS = frozenset(("name", "lipid", "compound", "species", "ganglioside", "molecule"))
# What a sample has columns of its own for.
OWN = ("volume", "rt")
# How a header is named that is repeated, and the number of its first repeat.
REPEATS = {"{} ({})": 2, "{}.{}": 1}
# Heights are taken where there are no areas.
HEIGHTS = ("height", "intensity", "response")
TOTAL = re.compile("total ?area", re.IGNORECASE)
NORMALIZED = re.compile("normali[sz]ed", re.IGNORECASE)


def samples_of(header: Header) -> list[SampleColumns]:
    """The columns of each sample: those with an area, and with their time where it is there.

    Where some have times of their own, the others need a column of times of the whole row.
    """
    if again := _repeated(header):
        return again
    areas, times = labelled(header, AREAS), labelled(header, TIMES)
    has_own_times = not times.keys().isdisjoint(areas)
    has_plain_area = any(fold(name) in AREA_HEADERS for name in header)
    if has_plain_area and not has_own_times:
        return []
    untimed = _untimed(header, areas, times)
    chosen = {label: name for label, name in areas.items() if label not in untimed}
    return sample_columns(chosen, times)


def areas_without_times(header: Header) -> list[str]:
    """The columns of areas that are not read, since only others have times."""
    return [*_untimed(header, labelled(header, AREAS), labelled(header, TIMES)).values()]


def _untimed(header: Header, areas: Mapping[str, str], times: Mapping[str, str]) -> dict[str, str]:
    """The labelled areas without a time, where others have one and the row has none."""
    if times.keys().isdisjoint(areas) or "rt" in known_columns(header):
        return {}
    return {label: name for label, name in areas.items() if label not in times}


def areas_left_out(header: Header) -> list[str]:
    """The columns of areas with a label that are not read beside a plain ``Area``."""
    return [] if samples_of(header) else [*labelled(header, AREAS).values()]


def _repeated(header: Header) -> list[SampleColumns]:
    """The samples of a table that repeats the header of its areas, perhaps with their times.

    They are numbered: ``Area (2)`` is how a repeated header is named, ``Area.1`` in exports of
    pandas and R.
    """
    present = {*header}
    for again, first in REPEATS.items():
        area, time = (_repeated_header(header, role, again.format("{}", first)) for role in OWN)
        if area:
            break
    else:
        return []
    numbered = [SampleColumns("1", area, time)]
    for number in range(2, len(header)):
        names = [again.format(name, first + number - 2) for name in (area, time)]
        if names[0] not in present:
            break
        own_time = names[1] if names[1] in present else ""
        numbered.append(SampleColumns(str(number), names[0], own_time))
    return numbered


def _repeated_header(header: Header, role: str, again: str) -> str:
    """The plain header of a role that the table repeats, written as ``again``; empty if none."""
    present = {*header}
    plain = (name for name in header if fold(name) in RECOGNISED[role])
    return next((name for name in plain if again.format(name) in present), "")


def is_numbered(samples: Sequence[SampleColumns]) -> bool:
    """Whether samples only have numbers, because a table repeats its header for each."""
    return [one.sample for one in samples] == [str(place + 1) for place in range(len(samples))]


def repeats_header(samples: Sequence[SampleColumns]) -> bool:
    """Whether samples are the columns of a header that is repeated for each: Area, Area (2)."""
    return is_numbered(samples) and any(fold(one.area) in RECOGNISED["volume"] for one in samples)


def labelled(header: Header, what: str) -> Mapping[str, str]:
    """The columns that hold ``what``, by the label of a sample that stands before or after it."""
    found: dict[str, str] = {}
    labels = _labels(header, what)
    units = units_in({*labels.values()})
    for name, label in labels.items():
        if label not in units and (label not in found or _rank(name) < _rank(found[label])):
            found[label] = name
    return found


def labels_of_names(header: Header) -> set[str]:
    """The labels that stand before a header of names, as in ``Neg Name`` and ``Pos Name``."""
    parts = [name.strip().rpartition(" ") for name in header]
    return {label for label, _, last in parts if label and fold(last) in NAME_HEADERS}


def other_units(header: Header) -> list[str]:
    """The columns of areas in a unit such as log10, which are no samples."""
    labels = _labels(header, AREAS)
    units = units_in({*labels.values()})
    return [name for name in header if labels.get(name) in units or _is_scaled_area(name, header)]


def _is_scaled_area(name: str, header: Header) -> bool:
    """Whether a column is a plain area in another unit, as ``Area x10^6`` is."""
    bare, factor = split_area_unit(name, header)
    return factor != 1 and fold(bare) in AREA_HEADERS


def _labels(header: Header, what: str) -> Mapping[str, str]:
    """The label that stands before or after ``what`` in each column that holds it."""
    known = {name for names in RECOGNISED.values() for name in names}
    labels = {}
    for name in header:
        first = REPEAT.sub("", name)
        again = name[len(first) :] if first in header else ""
        text, _ = split_area_unit(first if again else name, header)
        if len(text) > LONGEST_HEADER or fold(text) in known:
            continue
        if match := _match(text, what):
            labels[name] = _closed(match["label"].strip(), text) + again
    return labels


def _match(text: str, what: str) -> re.Match[str] | None:
    """The match of a header that holds ``what`` with the label of a sample after or before it."""
    before, after = _patterns(what)
    return after.fullmatch(text) or before.fullmatch(text)


@cache
def _patterns(what: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The headers with a label before and after ``what``; most tables have none to compare."""
    before = re.compile(
        rf"(?P<label>.*?\w.*?)[\s_:./|-]+[\[(]?(?:{what})[\])]?{UNIT}", re.IGNORECASE
    )
    after = re.compile(
        rf"(?:{what})(?:{UNIT}(?:[\s_:.|-]+|(?=[\[(]))|(?=\d{{1,3}}$))[\[(]?(?P<label>.*?\w.*?)[\])]?",
        re.IGNORECASE,
    )
    return before, after


def _closed(label: str, header: str) -> str:
    """A label with the bracket at its end that the pattern took for one around it: s1 (F1)."""
    is_cut = label.count("(") > label.count(")") and header.endswith(")")
    return f"{label})" if is_cut else label


def _rank(name: str) -> int:
    """Totals of transitions come before areas, then changed areas, and heights at last."""
    if any(word in name.lower() for word in HEIGHTS):
        return 3
    return 2 if NORMALIZED.search(name) else int(not TOTAL.search(name))
