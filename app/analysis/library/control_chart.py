"""Control charts of the runs of a method: which run is out of control.

An individuals chart (Shewhart 1931, Economic Control of Quality of Manufactured Product;
Montgomery 2019, Introduction to Statistical Quality Control, chapter 6): the limits are the mean of
the runs before, plus and minus 2.66 times their mean moving range. Runs that are alike, such as one
table analyzed again, have hardly a range, so the limits are never nearer than what can be measured.
"""

from collections.abc import Sequence
from typing import NamedTuple

# 3 / d2 for moving ranges of two: 3 / 1.128.
RANGES_TO_LIMIT = 2.66
# So many runs in control are needed before limits are drawn.
LEAST_RUNS = 5


class Point(NamedTuple):
    """A run of a chart: its value, and the mean and limits of the runs in control before it.

    These are None before there are enough runs, and a run without a value is never out of control.
    """

    value: float | None
    mean: float | None
    low: float | None
    high: float | None
    is_out: bool


def control_chart(values: Sequence[float | None], *, resolution: float) -> list[Point]:
    """Judge each run, in their order, by the runs in control before it.

    The limits are at least ``resolution`` from the mean, in the unit of the values.
    """
    before: list[float] = []
    points = []
    for value in values:
        point = _judged(value, before, resolution)
        points.append(point)
        if value is not None and not point.is_out:
            before.append(value)
    return points


def _judged(value: float | None, before: Sequence[float], resolution: float) -> Point:
    if len(before) < LEAST_RUNS:
        return Point(value, None, None, None, is_out=False)
    mean = sum(before) / len(before)
    ranges = [abs(one - other) for one, other in zip(before[1:], before, strict=False)]
    reach = max(RANGES_TO_LIMIT * sum(ranges) / len(ranges), resolution)
    low, high = mean - reach, mean + reach
    is_out = value is not None and not low <= value <= high
    return Point(value, mean, low, high, is_out)
