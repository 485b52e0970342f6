"""The control charts of a method: drift, scale, width and recovered anchors of its runs."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from app.analysis.library.control_chart import Point, control_chart

Run = Mapping[str, Any]


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


def _recovered(run: Run) -> float | None:
    anchors = run.get("anchors", 0)
    return run["anchors_recovered"] / anchors if anchors else None


# The title of each measure, and its value for a run.
MEASURES: dict[str, tuple[str, Callable[[Run], float | None]]] = {
    "drift": ("Drift (min)", lambda run: run.get("drift_min")),
    "scale": ("Scale", lambda run: run.get("scale")),
    "width": ("Spread about the library (min)", lambda run: run.get("width_min")),
    "recovery": ("Confirmed anchors (share)", _recovered),
}


def charts(runs: Sequence[Run]) -> dict[str, Chart]:
    """The chart of each measure. Runs of each version of the library have limits of their own.

    A run that was refused the library has no value.
    """
    return {
        name: Chart(title=title, points=_points(runs, value_of))
        for name, (title, value_of) in MEASURES.items()
    }


def _points(runs: Sequence[Run], value_of: Callable[[Run], float | None]) -> list[ChartPoint]:
    values = [None if run.get("refusal") else value_of(run) for run in runs]
    found: dict[int, Point] = {}
    for version in {run.get("version") for run in runs}:
        places = [place for place, run in enumerate(runs) if run.get("version") == version]
        judged = control_chart([values[place] for place in places])
        found |= dict(zip(places, judged, strict=True))
    return [ChartPoint(**found[place]._asdict()) for place in range(len(runs))]
