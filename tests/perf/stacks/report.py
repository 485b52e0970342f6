"""Prints what was measured of both services, and how many times better Sialoscope is."""

from collections.abc import Iterable
from typing import NamedTuple


class Line(NamedTuple):
    """A quantity of both services; ``goal`` is how many times better Sialoscope should be."""

    what: str
    own: float
    peer: float
    goal: float
    is_more_better: bool = False

    @property
    def ratio(self) -> float:
        """How many times better Sialoscope is; below 1 it is worse."""
        return self.own / self.peer if self.is_more_better else self.peer / self.own


def print_lines(lines: Iterable[Line]) -> None:
    """Print quantities with their ratios and goals."""
    for line in lines:
        verdict = "reached" if line.ratio >= line.goal else "missed"
        numbers = f"{line.own:12.1f}{line.peer:12.1f}{line.ratio:12.2f}"
        print(f"{line.what:46}{numbers}{line.goal:8.0f}  {verdict}", flush=True)


def print_head(load: float) -> None:
    """Print the head of the table."""
    print(f"\nSialoscope beside Django, Channels and Celery in one run, load {load:.1f}")
    heads = f"{'Sialoscope':>12}{'Celery':>12}{'times':>12}{'goal':>8}"
    print(f"{'':46}{heads}")


def print_losses(what: str, own: object, peer: object) -> None:
    """Print what was lost, which has no ratio."""
    print(f"{what:60}{own!s:>16}{peer!s:>16}", flush=True)
