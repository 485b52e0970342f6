"""The measures of the runs of a method, and the control chart of each."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.analysis.library.control_chart import Point, control_chart

# How a run used its library (``LibraryUse``), with the version and the anchors.
Run = Mapping[str, Any]


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


def run_charts(runs: Sequence[Run]) -> dict[str, list[Point]]:
    """The points of each measure. Runs of each version of the library have limits of their own.

    A run that was refused the library has no value.
    """
    return {name: _points(runs, value_of) for name, (_, value_of) in MEASURES.items()}


def trouble_of_last(runs: Sequence[Run]) -> str:
    """Why the last run is out of control, in a few words; empty if it is in control."""
    if runs[-1].get("refusal"):
        return "its column seems to differ"
    charts = run_charts(runs)
    return ", ".join(title for name, (title, _) in MEASURES.items() if charts[name][-1].is_out)


def _points(runs: Sequence[Run], value_of: Callable[[Run], float | None]) -> list[Point]:
    values = [None if run.get("refusal") else value_of(run) for run in runs]
    found: dict[int, Point] = {}
    for version in {run.get("version") for run in runs}:
        places = [place for place, run in enumerate(runs) if run.get("version") == version]
        judged = control_chart([values[place] for place in places])
        found |= dict(zip(places, judged, strict=True))
    return [found[place] for place in range(len(runs))]
