"""Round a changed time or area to the digits that a person writes, away from what it was."""

import math

from msgspec.structs import replace

from app.analysis.flips.change import Change
from app.analysis.flips.judged_row import JudgedRow

# Times are written to this part of a minute of porcine brain, areas with so many digits.
STEP_MIN = 0.001
DIGITS = 3


def rounded(row: JudgedRow, change: Change) -> Change:
    """A change of a row, with few digits."""
    if change.kind == "time":
        decimals = time_decimals(row.state.arrays.time_scale)
    elif change.kind == "area":
        decimals = DIGITS - 1 - math.floor(math.log10(change.value))
    else:
        return change
    return replace(change, value=_away(change.value, row.number(change.kind), decimals))


def time_decimals(time_scale: float) -> int:
    """The decimals of times in a table of some time scale, 3 where it is 1."""
    return max(-round(math.log10(STEP_MIN * time_scale)), 0)


def _away(value: float, origin: float, decimals: int) -> float:
    direction = math.ceil if value > origin else math.floor
    return round(direction(value * 10.0**decimals) / 10.0**decimals, max(decimals, 0))
