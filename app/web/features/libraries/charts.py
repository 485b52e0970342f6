"""The control charts of a method as the API and its page show them."""

from collections.abc import Sequence

import msgspec

from app.analysis.library.run_charts import MEASURES, Run, run_charts


class ChartPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A run: its value, and the mean and limits of the runs in control before it."""

    value: float | None
    mean: float | None
    low: float | None
    high: float | None
    is_out: bool


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """A measure of each run, in the order of the runs."""

    title: str
    points: list[ChartPoint]


def charts(runs: Sequence[Run]) -> dict[str, Chart]:
    """The chart of each measure."""
    return {
        name: Chart(
            title=MEASURES[name].title, points=[ChartPoint(**each._asdict()) for each in points]
        )
        for name, points in run_charts(runs).items()
    }
