"""The measures of the runs of a method, and the control chart of each."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from app.analysis.library.control_chart import Point, control_chart

# What a refusal says when the column is why. It stands here, and not beside the refusals, because
# the scheduler reads it and loads no numerical library.
DIFFERS = "column seems to differ"
# How a run used its library (``LibraryUse``), with the version and the anchors.
Run = Mapping[str, Any]


def _recovered(run: Run) -> float | None:
    anchors = run.get("anchors", 0)
    return run["anchors_recovered"] / anchors if anchors else None


class Measure(NamedTuple):
    """A measure: its title, its value for a run, and the least difference that means something."""

    title: str
    value_of: Callable[[Run], float | None]
    resolution: float


# A time is measured to some thousandths of a minute, and one anchor in twenty may be missed.
MEASURES = {
    "drift": Measure("Drift (min)", lambda run: run.get("drift_min"), 0.005),
    "scale": Measure("Scale", lambda run: run.get("scale"), 0.0005),
    "width": Measure("Spread about the library (min)", lambda run: run.get("width_min"), 0.005),
    "recovery": Measure("Confirmed anchors (share)", _recovered, 0.05),
}


def run_charts(runs: Sequence[Run]) -> dict[str, list[Point]]:
    """The points of each measure. Runs of each version of the library have limits of their own.

    A run that was refused the library has no value.
    """
    return {name: _points(runs, measure) for name, measure in MEASURES.items()}


def trouble_of_last(runs: Sequence[Run]) -> str:
    """Why the last run is out of control, in a few words; empty if it is in control.

    A run that could not be compared, such as one of few peaks, tells nothing.
    """
    if refusal := runs[-1].get("refusal"):
        return f"its {DIFFERS}" if DIFFERS in refusal else ""
    charts = run_charts(runs)
    return ", ".join(each.title for name, each in MEASURES.items() if charts[name][-1].is_out)


def _points(runs: Sequence[Run], measure: Measure) -> list[Point]:
    values = [None if run.get("refusal") else measure.value_of(run) for run in runs]
    found: dict[int, Point] = {}
    for version in {run.get("version") for run in runs}:
        places = [place for place, run in enumerate(runs) if run.get("version") == version]
        judged = control_chart([values[place] for place in places], resolution=measure.resolution)
        found |= dict(zip(places, judged, strict=True))
    return [found[place] for place in range(len(runs))]
