"""What the tab of a browser says of a job, or of all: some words before the title, and an icon."""

from typing import NamedTuple

from app.contract.tasks import JobState

QUARTER = 25


class Tab(NamedTuple):
    """The words, and the name of the icon below static/."""

    words: str
    icon: str


def tab(state: JobState, percentage: int) -> Tab:
    """What the tab says; static/tab.js goes on with the same."""
    if state != JobState.RUNNING:
        return Tab(state, f"state/{state}.svg")
    quarters = min(percentage // QUARTER, 3)
    return Tab(f"{percentage} %", f"state/running-{quarters}.svg")
