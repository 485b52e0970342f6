"""What would change the call of a row, in numbers and sentences, as processes send it."""

from typing import Literal

import msgspec

FlipKind = Literal["time", "area", "anchor", "without", "override"]


class RowFlip(msgspec.Struct, frozen=True, kw_only=True):
    """A change that gives a row another ``call``.

    ``kind`` is what changes: the time, the area or the anchor mark of the row, the table
    ``without`` the row ``changed_row``, or no ``override`` of the row. ``before`` and ``after`` are
    minutes or areas, 1 for an anchor and 0 for none, and null for the other kinds. ``is_tried`` is
    whether a run of the analysis with the change gave that call.
    """

    kind: FlipKind
    changed_row: int
    before: float | None
    after: float | None
    call: str
    is_tried: bool
    sentence: str


class RowFlips(msgspec.Struct, frozen=True, kw_only=True):
    """What would change the ``call`` of a row: the smallest change of each kind, smallest first.

    ``sentence`` says the first, or why there is none. The law has ``judged`` so many changes, and
    ``runs`` of the analysis tried some. ``main_row`` is the row that decides for another ion.
    """

    row: int
    call: str
    sentence: str
    flips: list[RowFlip] = []
    judged: int = 0
    runs: int = 0
    main_row: int | None = None
