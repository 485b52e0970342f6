"""The title prefix and icon of a browser tab, which show the state of a job or of all jobs."""

from typing import NamedTuple

from app.contract.tasks import JobState

QUARTER = 25


class Tab(NamedTuple):
    """The words before the title, and the name of an icon in static/."""

    words: str
    icon: str


def tab(state: JobState, percentage: int) -> Tab:
    """The tab of a job; static/tab.js continues with the same words and icons."""
    if state != JobState.RUNNING:
        return Tab(state, f"state/{state}.svg")
    quarters = min(percentage // QUARTER, 3)
    return Tab(f"{percentage} %", f"state/running-{quarters}.svg")
