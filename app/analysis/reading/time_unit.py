"""Decide the unit of the retention times: by the header, by the program, else by their size."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

import polars as pl

from app.analysis.reading.decisions import AUTO, Answer, Decision, Question

MINUTES, SECONDS, MILLISECONDS, HOURS = "min", "s", "ms", "h"
PER_MINUTE = {MINUTES: 1.0, SECONDS: 60.0, MILLISECONDS: 60_000.0, HOURS: 1 / 60}
WORDS = {MINUTES: "minutes", SECONDS: "seconds", MILLISECONDS: "milliseconds", HOURS: "hours"}
# Headers are compared many times, so what was split is remembered.
KEPT_HEADERS = 16_384
# English, German, French, Spanish, Italian, Japanese and Chinese.
UNITS = {
    MINUTES: r"min|mins|minutes?|minuten|minutos?|minuti|minuto|分|分钟|分鐘",
    SECONDS: r"s|secs?|seconds?|sek|sekunden?|secondes?|segundos?|seg|secondi|secondo|秒|秒钟|秒鐘",
    MILLISECONDS: r"ms|msecs?|milliseconds?|millisekunden|毫秒|ミリ秒",
    HOURS: r"h|hrs?|hours?|stunden?|heures?|horas?|小时|小時",
}
# Without a mark before it, a unit is told from the letters of a word by its length.
GLUED = {
    MINUTES: r"minutes|mins|min",
    SECONDS: r"seconds|secs|sec",
    MILLISECONDS: r"msecs|msec",
    HOURS: r"hours",
}
# Cells such as 10:36 say by themselves what they are.
CLOCK = re.compile(r"\s*[\[({]\s*(?:h{1,2}:)?m{1,2}:s{1,2}\s*[\])}]$", re.IGNORECASE)
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


@lru_cache(KEPT_HEADERS)
def split_unit(header: str) -> tuple[str, str]:
    """A header without its unit of time, and that unit, or "" if it has none."""
    plain = CLOCK.sub("", unicodedata.normalize("NFKC", header).strip())
    for unit, words in UNITS.items():
        bracketed = rf"(.*?)[\s_.,/-]*[\[({{<]\s*(?:in\s+)?(?:{words})\.?\s*[\])}}>]"
        after_mark = rf"(.*?)(?:[\s_.,/-]+in)?[\s_.,/-]+(?:{words})\.?"
        for pattern in (bracketed, after_mark, rf"(.*?)(?:{GLUED[unit]})"):
            if found := re.fullmatch(pattern, plain, re.IGNORECASE):
                return found.group(1), unit
    return plain, ""


def unit_in_comments(lines: Iterable[Sequence[str]]) -> tuple[str, str]:
    """The unit of the retention times by the lines above the header, and the line that names it.

    Both are empty if no line names one, or lines name different ones.
    """
    texts = [" ".join(line).strip() for line in lines]
    found = {
        unit: text
        for unit, words in UNITS.items()
        for text in texts
        if re.search(_comment(words), text)
    }
    return next(iter(found.items())) if len(found) == 1 else ("", "")


def _comment(words: str) -> str:
    """The pattern of a unit that is said of all retention times, not of a tolerance or a range."""
    times = r"\b(?:rts?|retention[ _-]?times?)"
    between = r"[\s:=(\[{<-]*(?:(?:is|are|given|values?|units?)\b[\s:=(\[{<]+)*(?:in\s+)?"
    return rf"(?i){times}{between}\b(?:{words})\b(?!\s*(?:[\d:=/]|or\b|to\b))"


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
