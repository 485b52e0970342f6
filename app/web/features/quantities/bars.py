"""Stacked bars of quantities: a bar for each sample, a part for each group."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

# More colours than this cannot be told apart; the smallest groups become one.
MOST_GROUPS = 9
OTHERS = "others"
SHARES = ("area_percent", "mol_percent")


@dataclass(frozen=True, kw_only=True)
class Part:
    """A group in a bar: its value, and where it lies, in percent of the width."""

    group: str
    number: int
    value: float
    start: float
    width: float


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A sample's bar; ``unknown`` are the groups that have no value in it."""

    sample: str
    role: str | None
    parts: tuple[Part, ...]
    total: float
    unknown: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Bars:
    """The bars and their legend: the groups in the order of their colours."""

    groups: tuple[str, ...]
    bars: tuple[Bar, ...]


def bars(totals: pl.DataFrame, show: str, samples: Sequence[str]) -> Bars:
    """The bars of some samples from the totals of a level in all samples (``TOTAL_SCHEMA``).

    Shares fill the width; amounts and areas are drawn to the scale of the largest sample.
    """
    sums = dict(totals.group_by("group", maintain_order=True).agg(pl.col(show).sum()).iter_rows())
    order = [group for group, value in sums.items() if value]
    largest = sorted(order, key=lambda group: -sums[group])[:MOST_GROUPS]
    named = tuple(group for group in order if group in largest)
    groups = named + ((OTHERS,) if len(order) > len(named) else ())
    by_sample = totals.group_by("sample").agg(pl.col(show).sum())
    scale = 100.0 if show in SHARES else max(by_sample[show].to_list(), default=0.0)
    lines = totals.filter(pl.col("sample").is_in(list(samples))).partition_by(
        "sample", as_dict=True, maintain_order=True
    )
    drawn = [
        _bar(lines[(name,)], show, groups, scale or 1.0) for name in samples if (name,) in lines
    ]
    return Bars(groups=groups, bars=tuple(drawn))


def _bar(totals: pl.DataFrame, show: str, groups: tuple[str, ...], scale: float) -> Bar:
    values = dict.fromkeys(groups, 0.0)
    unknown = []
    for group, value in totals.select("group", show).iter_rows():
        if value is None:
            unknown.append(group)
        elif value:
            values[group if group in values else OTHERS] += value
    parts, start = list[Part](), 0.0
    for number, (group, value) in enumerate(values.items(), 1):
        width = 100 * value / scale
        if value > 0:
            place: dict[str, Any] = {"start": round(start, 3), "width": round(width, 3)}
            parts.append(Part(group=group, number=number, value=value, **place))
        start += width
    return Bar(
        sample=totals["sample"][0],
        role=totals["sample_role"][0],
        parts=tuple(parts),
        total=sum(values.values()),
        unknown=tuple(unknown),
    )
