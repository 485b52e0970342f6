"""How long each step of the analyses took, as a histogram over all workers."""

from collections.abc import Iterable
from itertools import pairwise

import msgspec
from prometheus_client import Metric

from app.observability.metrics.tally import BUCKET

STEPS = "sialoscope_step_seconds"
# The steps around the rules, in their order.
BEFORE_RULES, AFTER_RULES = ("reading", "preparing"), ("reporting", "saving")


class Bucket(msgspec.Struct, frozen=True, kw_only=True):
    """The runs of a step that took at most this long, and longer than the bucket before.

    ``at_most_s`` is null for the last bucket, which has no limit.
    """

    at_most_s: float | None
    runs: int


class StepTimes(msgspec.Struct, frozen=True, kw_only=True):
    """The runs of a step since the counts began.

    ``median_s`` and ``most_s`` are limits of buckets: half of the runs, and nine of ten, took at
    most so long. They are null beyond the largest limit.
    """

    step: str
    runs: int
    mean_s: float
    median_s: float | None
    most_s: float | None
    buckets: list[Bucket]


def step_times(metrics: Iterable[Metric]) -> list[StepTimes]:
    """Return the times of the steps that ran at least once, in the order of an analysis."""
    (metric,) = [each for each in metrics if each.name == STEPS]
    by_step: dict[str, dict[str, float]] = {}
    for sample in metric.samples:
        key = sample.labels.get(BUCKET) or sample.name.removeprefix(STEPS)
        by_step.setdefault(sample.labels.get("step", ""), {})[key] = sample.value
    found = [_times(step, counts) for step, counts in by_step.items() if counts.get("_count")]
    return sorted(found, key=lambda each: _place(each.step))


def _times(step: str, counts: dict[str, float]) -> StepTimes:
    limits = sorted((float(key), count) for key, count in counts.items() if key[0] != "_")
    runs = counts["_count"]
    parts = [(limit, count - before) for (_, before), (limit, count) in pairwise([(0, 0), *limits])]
    return StepTimes(
        step=step,
        runs=int(runs),
        mean_s=round(counts["_sum"] / runs, 4),
        median_s=_limit_of(limits, runs * 0.5),
        most_s=_limit_of(limits, runs * 0.9),
        buckets=[Bucket(at_most_s=_finite(limit), runs=int(count)) for limit, count in parts],
    )


def _limit_of(limits: list[tuple[float, float]], runs: float) -> float | None:
    """Return the limit of the first bucket within which at least so many runs lie."""
    return next((_finite(limit) for limit, count in limits if count >= runs), None)


def _finite(limit: float) -> float | None:
    return None if limit == float("inf") else limit


def _place(step: str) -> tuple[int, int]:
    if step in BEFORE_RULES:
        return 0, BEFORE_RULES.index(step)
    if step in AFTER_RULES:
        return 2, AFTER_RULES.index(step)
    number = step.rpartition(" ")[2]
    return 1, int(number) if number.isdecimal() else 0
