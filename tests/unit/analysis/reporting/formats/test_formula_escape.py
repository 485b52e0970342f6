"""Texts of a table are never formulas in a spreadsheet, whatever separates its cells."""

import csv
import sys
from io import StringIO
from unicodedata import normalize

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.analysis.reporting.formats.formula_escape import escape_formula, escape_formulas

STARTS, SEPARATORS = "=+-@", ",;|\t\n\x0b\x0c\r"
ALL = [char for char in map(chr, range(sys.maxunicode + 1)) if not "\ud800" <= char <= "\udfff"]
DANGEROUS = [
    char
    for char in ALL
    if (normalize("NFKC", char).strip() or char)[0] in STARTS + SEPARATORS
    or normalize("NFKC", char)[-1:] in (",", ";", "|")
]
texts = st.text(st.sampled_from([*DANGEROUS, *"ab1'\" \u200b\ufeff\xa0()/"]), max_size=12)


def live_cells(text: str) -> list[str]:
    """What a spreadsheet would run of a text, whichever separator it uses."""
    cells = [c for separator in SEPARATORS for c in normalize("NFKC", text).split(separator)]
    return [cell for cell in cells if cell.lstrip('" \u200b\ufeff')[:1] in tuple(STARTS)]


@given(texts)
@example(";=cmd|' /C calc'!A0;")
@example("\uff1d1+1")
@example("a\uff1b\uff1d1")
@example('x;"=1+1"')
@example("GM1,\u200b=1")
@example("\U0001f101=1")
def test_no_cell_of_an_escaped_text_is_run(text: str) -> None:
    assert live_cells(escape_formula(text)) == []


@given(texts)
def test_columns_and_single_texts_are_escaped_alike_and_once(text: str) -> None:
    escaped = escape_formula(text)
    column = escape_formulas(pl.DataFrame({"name": [text, None]}, schema={"name": pl.String}))
    assert column["name"].to_list() == [escaped, None]
    assert escape_formula(escaped) == escaped


@given(texts)
def test_a_line_of_csv_has_no_formula_where_another_separator_is_used(text: str) -> None:
    written = escape_formulas(pl.DataFrame({"row": [1], "name": [text]})).write_csv()
    for separator in ",;|\t":
        for cells in csv.reader(StringIO(written, newline=""), delimiter=separator):
            assert [cell for cell in cells for _ in live_cells(cell)] == [], separator


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        (";=cmd|' /C calc'!A0;", ";'=cmd|' /C calc'!A0;"),
        ("=1+1", "'=1+1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("a\t-1", "a\t'-1"),
        ("a|@SUM(1)", "a|'@SUM(1)"),
        ("\tGM1", "'\tGM1"),
        ('"=1"', '"\'=1"'),
        ("GM1(d18:1/18:0)-H2O; [M-2H]2-", "GM1(d18:1/18:0)-H2O; [M-2H]2-"),
        ("a = b, c + d", "a = b, c + d"),
        ("'=1+1", "'=1+1"),
    ],
)
def test_a_quote_stands_before_the_formula_and_nowhere_else(text: str, escaped: str) -> None:
    assert escape_formula(text) == escaped


def test_headers_are_escaped_and_stay_different() -> None:
    table = pl.DataFrame({"x;=1+1: name": ["a"], "=b": [1], "'=b": [2], "plain": [3]})

    escaped = escape_formulas(table)

    assert escaped.columns == ["x;'=1+1: name", "''=b", "'=b", "plain"]
    assert escape_formulas(escaped).columns == escaped.columns
