"""Put the class in the name of a sheet before its names, where these are ceramides alone."""

import re

import polars as pl

from app.analysis.reading.name_columns.name_column import share_of_names
from app.analysis.reading.workbooks.sheet_parts import Part

CERAMIDE = "36:1;O2"
WORDS = re.compile(r"[\s_.,;()]+")


def with_class(part: Part) -> Part:
    """The sheet with its class before each name that is a ceramide alone."""
    word = _class_word(part.name)
    if not word or "name" not in part.layout.roles:
        return part
    table = part.table
    for column in part.layout.name_columns:
        if share_of_names(table[column]) < share_of_names(table[column], f"{word} "):
            table = table.with_columns(
                pl.format("{} {}", pl.lit(word), pl.col(column)).alias(column)
            )
    return Part(part.name, table, part.layout, word, is_prefixed=table is not part.table)


def _class_word(sheet: str) -> str:
    """The class in the name of a sheet, such as GM3 in ``GM3 neg``; empty if it has none."""
    words = [*WORDS.split(sheet), sheet.strip()]
    return next((word for word in words if word and _is_class(word)), "")


def _is_class(word: str) -> bool:
    return share_of_names(pl.Series([CERAMIDE]), f"{word} ") > 0
