"""Tell headers within a table apart from peaks: pasted or printed tables repeat theirs.

A peak can hold words of headers too, such as the sample "Sample", so a row is a header only if it
has a header where peaks have a number, or a header of names beside words such as Mean and CV.

Below a header with other columns the cells stand in the wrong places, so its rows are kept as
invalid until the first header comes again.
"""

import re
from collections.abc import Mapping, Sequence

import polars as pl

from app.analysis.reading.cells.cells import ABSENT
from app.analysis.reading.headers.columns import RECOGNISED, REPEAT, fold
from app.analysis.reading.headers.time_words import split_unit
from app.analysis.reading.layout.layout import Layout
from app.analysis.reading.raw_table import READ_PROBLEM
from app.analysis.reading.rows.header_problems import BELOW, OTHER, REPEATED, notes_on_headers

# A row is a header if so many of its cells are headers.
ENOUGH = 2
LONGEST_HEADER = 60
NUMBER = r"^\s*[-+]?[.,]?\d"
# How a column without a header is named.
UNNAMED = re.compile(r"column [A-Z]+")


def without_second_headers(table: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, Layout]:
    """The table with a problem for each header within it, and for rows that are not below its own.

    Of these rows only the name is kept, so that they tell no unit, notation or sample.
    """
    texts = [name for name in layout.used if table[name].dtype == pl.String]
    if layout.number_roles.keys().isdisjoint(texts):  # a header is no number
        return table, layout
    known = _known(layout)
    places = _places(table, texts, layout, known)
    if not places:
        return table, layout
    own = _own_headers(table, places, _spellings_of(texts, layout, known))
    problems = pl.Series(_problems(table.height, own), dtype=pl.String)
    notes = notes_on_headers(table, problems, layout)
    marked = _with_names_alone(table, problems, layout)
    return marked, layout.with_notes(*notes)


def _with_names_alone(table: pl.DataFrame, problems: pl.Series, layout: Layout) -> pl.DataFrame:
    """The table with these problems; a row that has one keeps its name alone."""
    names = {layout.roles.get("name"), *layout.joined_names}
    others = [
        pl.when(problems.is_null()).then(name).alias(name)
        for name in layout.used
        if name not in names
    ]
    earlier = [READ_PROBLEM] if READ_PROBLEM in table.columns else []
    return table.with_columns(*others, pl.coalesce(problems, *earlier).alias(READ_PROBLEM))


def is_second_header(problem: pl.Expr) -> pl.Expr:
    """Whether a problem is that of a header within the table, or of a row below one."""
    return problem.is_in([REPEATED, OTHER, BELOW]).fill_null(value=False)


def _known(layout: Layout) -> set[str]:
    tables = (RECOGNISED, layout.source.headers)
    return {name for headers in tables for names in headers.values() for name in names}


def _places(
    table: pl.DataFrame, texts: Sequence[str], layout: Layout, known: set[str]
) -> list[int]:
    """The places of the rows with several headers, one of them in a column of numbers."""
    are_headers = {name: _are_headers(table[name], known) for name in texts}
    if len(are_headers) < ENOUGH:
        return []
    numbers = layout.number_roles
    is_enough = pl.sum_horizontal(each.cast(pl.UInt32) for each in are_headers.values()) >= ENOUGH
    is_above_numbers = pl.any_horizontal(
        each for name, each in are_headers.items() if name in numbers
    )
    has_no_number = ~pl.any_horizontal(_are_numbers(table[name]) for name in numbers)
    is_of_names = _are_of_names(table, layout, are_headers)
    is_header = has_no_number & ((is_enough & is_above_numbers) | is_of_names)
    return pl.select(is_header).to_series().arg_true().to_list()


def _are_of_names(
    table: pl.DataFrame, layout: Layout, are_headers: Mapping[str, pl.Series]
) -> pl.Expr:
    """Whether each row has a header of names, and words such as Mean and CV in place of numbers."""
    is_header = are_headers.get(layout.roles.get("name", ""))
    if is_header is None or not is_header.any():
        return pl.lit(value=False)
    words = [_are_words(table[name]) for name in layout.number_roles]
    return pl.all_horizontal(is_header, *words)


def _are_words(cells: pl.Series) -> pl.Series:
    """Whether each cell is a text that does not stand for a missing number."""
    if cells.dtype != pl.String:
        return pl.repeat(value=False, n=len(cells), eager=True)
    is_word = cells.str.contains(r"\p{L}") & ~cells.str.contains(ABSENT)
    return is_word.fill_null(value=False)


def _are_numbers(cells: pl.Series) -> pl.Series:
    if cells.dtype != pl.String:
        return cells.is_not_null()
    return cells.str.contains(NUMBER).fill_null(value=False)


def _are_headers(cells: pl.Series, known: set[str]) -> pl.Series:
    """Whether each cell of a column is its own header, or a header that is known."""
    own = fold(cells.name)
    words = [text for text in cells.unique().drop_nulls() if _is_header(text, own, known)]
    return cells.is_in(words).fill_null(value=False)


def _is_header(text: str, own: str, known: set[str]) -> bool:
    if len(text) > LONGEST_HEADER or text[:1].isdigit():
        return False
    return fold(text) in {*known, own} or fold(split_unit(text)[0]) in known


def _problems(height: int, own: Mapping[int, bool]) -> list[str | None]:
    """The problem of each row, if it has one, from the places of headers: whether it is their own.

    Where the header has two lines, only the lower one decides.
    """
    problems: list[str | None] = [None] * height
    for place, end in zip(own, [*list(own)[1:], height], strict=True):
        is_own = own[place] or own.get(place + 1, False)
        problems[place] = REPEATED if is_own else OTHER
        if not is_own:
            problems[place + 1 : end] = [BELOW] * (end - place - 1)
    return problems


def _own_headers(
    table: pl.DataFrame, places: Sequence[int], spellings: Mapping[str, set[str]]
) -> dict[int, bool]:
    """Whether each cell of the header at a place stands under its own header, by place."""
    rows = table.select(*spellings)[places].rows()
    return {
        place: all(
            fold(cell or "") in known for cell, known in zip(row, spellings.values(), strict=True)
        )
        for place, row in zip(places, rows, strict=True)
    }


def _spellings_of(texts: Sequence[str], layout: Layout, known: set[str]) -> dict[str, set[str]]:
    """How a repeated header can write the header of each column of texts."""
    labels = {name: one.sample for one in layout.samples for name in (one.area, one.rt)}
    return {name: _spellings(name, labels.get(name, ""), known) for name in texts}


def _spellings(name: str, label: str, known: set[str]) -> set[str]:
    """How a repeated header can write the header of a column, which has the ``label`` of a sample.

    ``RT (2)`` was ``RT``, ``column C`` was empty, and ``s1 RT`` can be RT below a merged s1.
    """
    first = REPEAT.sub("", name)
    whole, without_unit = fold(first), fold(split_unit(first)[0])
    spellings = {fold(name), whole}  # without its unit the times below could have another
    if label and whole.startswith(fold(label)):
        spellings |= {each.removeprefix(fold(label)) for each in spellings}
    is_unnamed = UNNAMED.fullmatch(first) or not {whole, without_unit} & known
    return spellings | {""} if is_unnamed else spellings - {""}
