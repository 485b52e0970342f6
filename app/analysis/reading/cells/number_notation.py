"""Decide whether a table has decimal points or decimal commas, from all its numbers together.

A mark with other than three digits after it, after a zero, or after four digits can only be the
decimal mark; two marks, or one mark twice, tell it too. What is left, such as 7,588, is judged by
what the column can hold: a retention time is no 7588 min. What is still open is asked.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import polars as pl

from app.analysis.reading.cells.cells import INDIAN, ungrouped
from app.analysis.reading.decisions import AUTO, Answer, Decision, Question
from app.analysis.reading.headers.time_words import PER_MINUTE

POINT, COMMA = "point", "comma"
MARKS = {POINT: ".", COMMA: ","}
OTHER = {POINT: COMMA, COMMA: POINT}
# A typing error or two does not change the notation of a table.
CLEAR_MAJORITY = 20
# What a role can hold, in minutes for "rt"; times of an unknown unit are most likely minutes.
PLAUSIBLE = {"rt": (0.05, 200.0), "mz": (50.0, 10_000.0), "log_p": (-50.0, 50.0)}


class _Evidence(NamedTuple):
    """The cells of one column that tell a notation, and those that could have either."""

    role: str
    clear: dict[str, pl.Series]
    unclear: dict[str, pl.Series]


def decide_notation(
    table: pl.DataFrame,
    columns: Mapping[str, str],
    *,
    chosen: str = AUTO,
    rt_unit: str = "",
    has_number_cells: bool = False,
) -> tuple[str, list[Decision | Question]]:
    """The decimal mark of a table (``POINT`` or ``COMMA``), and what to say of it.

    ``columns`` has the role of each column that holds numbers, by its header. ``rt_unit`` is the
    unit of the retention times, if it is known. ``has_number_cells`` if the table is of a workbook,
    whose numbers are written plainly beside those that are texts.
    """
    if chosen != AUTO:
        return chosen, [_decision(chosen, "It was chosen.")]
    found = [_evidence(table[name], role, has_number_cells) for name, role in columns.items()]
    return _decided(found, rt_unit)


def _decided(found: list[_Evidence], rt_unit: str) -> tuple[str, list[Decision | Question]]:
    """The decimal mark by all columns: by the form of numbers, by their size, or asked."""
    clear = {mark: _joined(each.clear[mark] for each in found) for mark in MARKS}
    unclear = [cell for each in found for cells in each.unclear.values() for cell in cells.head(1)]
    if by_form := _by_form(clear):
        return by_form, [_decision(by_form, f"{clear[by_form][0]!r} can only be read so.")]
    if not unclear:
        return POINT, []
    by_size = [decided for each in found if (decided := _by_size(each, rt_unit))]
    if len({mark for mark, _ in by_size}) == 1:
        mark, why = by_size[0]
        return mark, [_decision(mark, why, is_noted=True)]
    return POINT, [_question(max(found, key=lambda each: each.role == "volume"), unclear)]


def _evidence(cells: pl.Series, role: str, has_number_cells: bool) -> _Evidence:
    if cells.dtype != pl.String:
        nothing = {mark: pl.Series([], dtype=pl.String) for mark in MARKS}
        return _Evidence(role, nothing, nothing)
    marked = cells.filter(cells.str.contains(r"\d") & cells.str.contains("[.,]"))
    bare = ungrouped(marked)
    unclear = {mark: bare.filter(has_unclear_mark(bare, mark)) for mark in MARKS}
    clear = {mark: bare.filter(bare.str.contains(_clear(mark))) for mark in MARKS}
    clear[POINT] = clear[POINT].append(marked.filter(marked.str.contains(INDIAN)))
    for mark in () if has_number_cells else MARKS:
        # In a column that groups thousands, 46493 would be grouped as well.
        if len(unclear[mark]) and cells.str.contains(r"^\s*[-+]?\d{4,}\s*$").any():
            clear[mark] = clear[mark].append(unclear[mark])
    return _Evidence(role, clear, unclear)


def has_unclear_mark(bare: pl.Series, mark: str) -> pl.Series:
    """Whether each number has a mark that can be the decimal one or stand between thousands."""
    return bare.str.contains(rf"^[-+]?[1-9]\d{{0,2}}[{MARKS[mark]}]\d{{3}}$").fill_null(value=False)


def has_one_mark(bare: pl.Series, mark: str) -> pl.Series:
    """Whether each number has this mark, once, and not the other one."""
    return bare.str.contains(rf"^[-+]?\d+[{MARKS[mark]}]\d+$").fill_null(value=False)


def _clear(name: str) -> str:
    """The pattern of a number that has one decimal mark for certain."""
    mark, group = MARKS[name], MARKS[OTHER[name]]
    return (
        rf"^[-+]?(\d*[{mark}](\d{{0,2}}|\d{{4,}})|0\d*[{mark}]\d+|\d{{4,}}[{mark}]\d+"
        rf"|\d*[{mark}]\d*[eE][-+]?\d+|\d{{1,3}}([{group}]\d{{3}})+[{mark}]\d*"
        rf"|\d{{1,3}}([{group}]\d{{3}}){{2,}})$"
    )


def _joined(parts: Iterator[pl.Series]) -> pl.Series:
    return pl.concat([pl.Series([], dtype=pl.String), *parts])


def _by_form(clear: Mapping[str, pl.Series]) -> str | None:
    for mark in MARKS:
        if len(clear[mark]) > CLEAR_MAJORITY * len(clear[OTHER[mark]]):
            return mark
    return None


def _by_size(evidence: _Evidence, rt_unit: str) -> tuple[str, str] | None:
    """The decimal mark that gives values which the column can hold, and why."""
    for mark, cells in evidence.unclear.items():
        if cells.is_empty():
            continue
        if decided := decimal_mark_by_size(cells, evidence.role, rt_unit):
            other = "decimal mark" if decided == mark else "mark between thousands"
            title = {"rt": "retention time", "mz": "m/z", "log_p": "Log P"}[evidence.role]
            return decided, f"In {cells[0]!r} the {mark} is a {other}, or it were no {title}."
    return None


def decimal_mark_by_size(cells: pl.Series, role: str, rt_unit: str) -> str | None:
    """The decimal mark that gives values which a column can hold, of cells with one mark each."""
    mark = COMMA if "," in cells[0] else POINT
    values = cells.str.replace(",", ".", literal=True).cast(pl.Float64)
    return mark_by_median(float(values.median() or 0), role, rt_unit, mark)  # type: ignore[arg-type]


def mark_by_median(size: float, role: str, rt_unit: str, mark: str) -> str | None:
    """The decimal mark of cells that have ``mark``, by their median if it is the decimal mark."""
    if role not in PLAUSIBLE:
        return None
    low, high = (bound * PER_MINUTE.get(rt_unit, 1.0) for bound in PLAUSIBLE[role])
    if role != "rt":
        low, high = PLAUSIBLE[role]
    is_decimal, is_group = low <= size <= high, low <= size * 1000 <= high
    if is_decimal == is_group:
        return None
    return mark if is_decimal else OTHER[mark]


def _decision(mark: str, why: str, *, is_noted: bool = False) -> Decision:
    return Decision(
        subject="decimal",
        value=mark,
        evidence=f"Numbers have decimal {mark}s. {why}",
        alternatives=(OTHER[mark],),
        is_noted=is_noted,
    )


def _question(evidence: _Evidence, unclear: list[str]) -> Question:
    own = [cell for cells in evidence.unclear.values() for cell in cells.head(1)]
    example = (own or unclear)[0]
    mark = COMMA if "," in example else POINT
    decimal, whole = example.replace(",", "."), example.replace(MARKS[mark], "")
    return Question(
        subject="decimal",
        sentence=f"The table does not tell whether its {mark}s are decimal {mark}s.",
        answers=(
            Answer(value=mark, meaning=f"{example} is {decimal}, with decimal {mark}s"),
            Answer(
                value=OTHER[mark], meaning=f"{example} is {whole}, with {mark}s between thousands"
            ),
        ),
    )
