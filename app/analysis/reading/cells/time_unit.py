"""Decide the unit of the retention times: by the header, by the program, else by their size."""

from dataclasses import replace

import polars as pl

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


def decide_rt_unit(
    times: pl.Series,
    header: str,
    *,
    chosen: str = AUTO,
    by_program: str = "",
    in_comment: tuple[str, str] = ("", ""),
    in_cells: str = "",
) -> tuple[str, Decision | Question]:
    """The unit of retention times, and what to say of it.

    ``times`` are the numbers as written, ``by_program`` the unit that a program always writes,
    ``in_comment`` the unit that a line above the header names and that line, ``in_cells`` the unit
    that stands in each cell. A choice changes it only if the times cannot be in it.
    """
    by_header = split_unit(header)[1]
    usable = times.filter(times.is_finite() & (times > 0))
    usable = usable.gather_every(max(1, len(usable) // ENOUGH_TIMES))
    middle, late = (float(usable.quantile(q) or 0) for q in (0.5, 0.95))
    if in_cells and (chosen == in_cells or _is_possible(in_cells, middle, late)):
        return in_cells, _by_cells(in_cells, chosen, by_header)
    if chosen != AUTO:
        return chosen, _by_choice(chosen, in_cells)
    named = in_cells or by_program or by_header or in_comment[0]
    if usable.is_empty():
        return named or MINUTES, _decision(named or MINUTES, "No row has a retention time.")
    if not named:
        return _by_size(middle, late, header)
    namer = (
        f"The header {header!r}" if by_header else f"The line {in_comment[1]!r} above the header"
    )
    namer = "Each cell" if in_cells else "The program" if by_program else namer
    if not _is_possible(named, middle, late):
        return named, _question(middle, f"{namer} says {WORDS[named]}, but h")
    why = "The program writes them so." if by_program else f"{namer} says so."
    return named, _decision(named, why, is_noted=named != MINUTES)


def _by_cells(unit: str, chosen: str, by_header: str) -> Decision:
    """What to say of a unit that stands in each cell, whatever was chosen or the header says."""
    other = ""
    if chosen not in (AUTO, unit):
        other = f", though {WORDS[chosen]} were chosen"
    elif by_header not in ("", unit):
        other = f", the header {WORDS[by_header]}"
    is_noted = bool(other) or unit != MINUTES
    decision = _decision(unit, f"The cells say {WORDS[unit]}{other}.", is_noted=is_noted)
    return replace(decision, alternatives=())


def _by_choice(chosen: str, in_cells: str) -> Decision:
    """What to say of a chosen unit; the times cannot be in the one that stands in the cells."""
    if not in_cells:
        return _decision(chosen, "It was chosen.")
    why = f"It was chosen, though the cells say {WORDS[in_cells]}, which is hardly possible."
    return _decision(chosen, why, is_noted=True)


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
    if middle >= SHORTEST_S * 1000:
        return MILLISECONDS, _decision(MILLISECONDS, why, is_noted=True)
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
