"""Which calls a refit moves, put together from the events of its job."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sialoscope_client.events import Event
from sialoscope_client.jobs import MovedCall, MovedPage

CHANGES = "changes"


@dataclass(frozen=True)
class Moves:
    """The calls that a refit has moved so far, by row, and a sentence about them.

    ``total`` counts the rows. What ``is_provisional`` can still change; the last one of a refit
    that succeeds is not, and has every row.
    """

    sentence: str
    total: int
    is_provisional: bool
    rows: Mapping[int, MovedCall] = field(repr=False)


class FollowedMoves:
    """Takes in the events of a refit."""

    def __init__(self) -> None:
        self._attempt = 0
        self._rows: dict[int, MovedCall] = {}
        self._last: Moves | None = None

    def hear(self, event: Event) -> Moves | None:
        """What has moved after an event; None if the event does not say it."""
        if event.name != CHANGES:
            return None
        if event.data["attempt"] != self._attempt:
            self._rows.clear()
        self._attempt = event.data["attempt"]
        for change in event.data["changes"]:
            self._move(**change)
        data = {name: event.data[name] for name in ("sentence", "total", "is_provisional")}
        self._last = Moves(**data, rows=dict(self._rows))
        return self._last

    @property
    def is_whole(self) -> bool:
        """Whether the events named every row, none was missed, and nothing changes any more."""
        last = self._last
        return last is not None and not last.is_provisional and len(last.rows) == last.total

    def _move(self, before: str, after: str, rows: list[int]) -> None:
        for row in rows:
            self._rows.pop(row, None)
            if before != after:
                self._rows[row] = MovedCall(row, before, after)


def moves_of(pages: list[MovedPage]) -> Moves:
    """What has moved, by all pages of the list of an ended refit."""
    rows = {
        each["row"]: MovedCall(each["row"], each["call_before"], each["call_after"])
        for page in pages
        for each in page.rows
    }
    return Moves(pages[0].sentence, pages[0].total, is_provisional=False, rows=rows)
