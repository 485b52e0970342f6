"""Decide the unit of the retention times: by the header, by the program, else by their size."""

import msgspec
import polars as pl
from msgspec.structs import replace

from app.analysis.reading.decisions import AUTO, Answer, Decision, Question
from app.analysis.reading.headers.time_words import (
    HOURS,
    MILLISECONDS,
    MINUTES,
    PER_MINUTE,
    SECONDS,
    WORDS,
    split_unit,
)

# Half of the peaks of a gradient in minutes come before this; of one in seconds, after it.
LONG_MIN = 100.0
# No gradient takes longer.
LONGEST_MIN = 180.0
# Hours that make the times longer are not worth asking about.
LONGEST_ASKED_MIN = 10_000.0
# No gradient in minutes ends so soon; Excel's clock times are fractions of a day.
SHORTEST_MIN = 0.05
# No gradient in seconds ends so soon.
SHORTEST_S = 20.0
# Quantiles of so many times tell the unit as well as those of all.
ENOUGH_TIMES = 50_000
LONGEST_S = 60 * LONGEST_MIN


class SaidUnits(msgspec.Struct, frozen=True, kw_only=True):
    """What a person and a table say of the unit of retention times; empty where they say nothing.

    ``header`` is that of the times, ``by_program`` the unit that a program always writes,
    ``in_comment`` the unit that a line above the header names and that line, ``in_cells`` the unit
    that stands in each cell.
    """

    header: str
    chosen: str = AUTO
    by_program: str = ""
    in_comment: tuple[str, str] = ("", "")
    in_cells: str = ""

    @property
    def by_header(self) -> str:
        """The unit in the header."""
        return split_unit(self.header)[1]

    @property
    def named(self) -> str:
        """The unit that the table names."""
        return self.in_cells or self.by_program or self.by_header or self.in_comment[0]

    @property
    def known(self) -> str:
        """The unit that is known whatever the size of the times."""
        return self.in_cells or ("" if self.chosen == AUTO else self.chosen) or self.named

    @property
    def namer(self) -> str:
        """What names the unit, as the subject of a sentence."""
        if self.in_cells:
            return "Each cell"
        if self.by_program:
            return "The program"
        if self.by_header:
            return f"The header {self.header!r}"
        return f"The line {self.in_comment[1]!r} above the header"


def decide_rt_unit(times: pl.Series, said: SaidUnits) -> tuple[str, Decision | Question]:
    """The unit of retention times (rows,), numbers as they are written, and what to say of it.

    A choice changes the unit that stands in the cells only if the times cannot be in it.
    """
    usable = times.filter(times.is_finite() & (times > 0))
    usable = usable.gather_every(max(1, len(usable) // ENOUGH_TIMES))
    middle, late = (float(usable.quantile(q) or 0) for q in (0.5, 0.95))
    of_cells = said.in_cells
    if of_cells and (said.chosen == of_cells or _is_possible(of_cells, middle, late)):
        return of_cells, _by_cells(said)
    if said.chosen != AUTO:
        return said.chosen, _by_choice(said)
    if usable.is_empty():
        unit = said.named or MINUTES
        return unit, _decision(unit, "No row has a retention time.")
    if not said.named:
        return _by_size(middle, late, said.header)
    return said.named, _by_name(said, middle, late)


def _by_cells(said: SaidUnits) -> Decision:
    """What to say of a unit that stands in each cell, whatever was chosen or the header says."""
    other = ""
    if said.chosen not in (AUTO, said.in_cells):
        other = f", though {WORDS[said.chosen]} were chosen"
    elif said.by_header not in ("", said.in_cells):
        other = f", the header {WORDS[said.by_header]}"
    is_noted = bool(other) or said.in_cells != MINUTES
    why = f"The cells say {WORDS[said.in_cells]}{other}."
    return replace(_decision(said.in_cells, why, is_noted=is_noted), alternatives=())


def _by_choice(said: SaidUnits) -> Decision:
    """What to say of a chosen unit; the times cannot be in the one that stands in the cells."""
    if not said.in_cells:
        return _decision(said.chosen, "It was chosen.")
    why = f"It was chosen, though the cells say {WORDS[said.in_cells]}, which is hardly possible."
    return _decision(said.chosen, why, is_noted=True)


def _by_name(said: SaidUnits, middle: float, late: float) -> Decision | Question:
    """What to say of a unit that the table names: a question if the times can hardly be in it."""
    if not _is_possible(said.named, middle, late):
        return _question(middle, f"{said.namer} says {WORDS[said.named]}, but h")
    why = "The program writes them so." if said.by_program else f"{said.namer} says so."
    return _decision(said.named, why, is_noted=said.named != MINUTES)


def _is_possible(unit: str, middle: float, late: float) -> bool:
    if unit == MINUTES:
        return middle <= LONGEST_MIN
    if unit == SECONDS:
        return late >= SHORTEST_S and middle <= LONGEST_S
    if unit == HOURS:
        return 60 * middle <= LONGEST_MIN
    return late >= SHORTEST_S * 1000


def _by_size(middle: float, late: float, header: str) -> tuple[str, Decision | Question]:
    why = f"The header {header!r} names no unit, and half of the times are below {middle:,.4g}."
    if late < SHORTEST_MIN:
        return MINUTES, _question_of_fractions(late)
    if middle < LONG_MIN:
        is_long = late > LONG_MIN
        return MINUTES, _decision(MINUTES, why, is_noted=is_long)
    if late <= LONGEST_MIN:
        return MINUTES, _question(middle, "The header names no unit, and h")
    if middle <= LONGEST_S:
        return SECONDS, _decision(SECONDS, why, is_noted=True)
    if middle >= SHORTEST_S * 1000:  # or areas under the header of times
        return MILLISECONDS, _question(middle, "The header names no unit, and h")
    return MINUTES, _question(middle, "The header names no unit, and h")


def _decision(unit: str, why: str, *, is_noted: bool = False) -> Decision:
    return Decision(
        subject="rt_unit",
        value=unit,
        evidence=f"Retention times are read as {WORDS[unit]}. {why}",
        alternatives=tuple(other for other in PER_MINUTE if other != unit),
        is_noted=is_noted,
    )


def _question(middle: float, begin: str) -> Question:
    return _asked(middle, f"{begin}alf of the retention times are above {middle:,.4g}.")


def _question_of_fractions(late: float) -> Question:
    return _asked(
        late,
        f"The header names no unit, and the retention times are below {late:,.2g}. If they are "
        "clock times, which a spreadsheet keeps as fractions of a day, write them as minutes.",
    )


def _asked(middle: float, sentence: str) -> Question:
    return Question(
        subject="rt_unit",
        sentence=sentence,
        answers=tuple(
            Answer(value=unit, meaning=f"{middle:.4g} is {middle / per_minute:.4g} min")
            for unit, per_minute in PER_MINUTE.items()
            if unit != HOURS or middle / per_minute <= LONGEST_ASKED_MIN
        ),
    )
