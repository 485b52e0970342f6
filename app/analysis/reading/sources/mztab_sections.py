"""The lines of an mzTab file: its facts (MTD), and its sections, each with a header."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

Row: TypeAlias = Mapping[str, str]
VERSION = "MTD\tmzTab-version"


def facts_of(lines: Sequence[str]) -> dict[str, str]:
    """What the lines of metadata say, by their key."""
    facts = (line.split("\t") for line in lines if line.startswith("MTD\t"))
    return {cells[1]: text_of(cells[2]) for cells in facts if len(cells) > 2}


def section(lines: Sequence[str], head: str, begin: str) -> list[Row]:
    """The rows of a section, by its header, whose line begins with ``head``."""
    header = next((line.split("\t") for line in lines if line.startswith(f"{head}\t")), [])
    rows = (line.split("\t") for line in lines if line.startswith(f"{begin}\t"))
    return [dict(zip(header, map(text_of, row), strict=False)) for row in rows]


def text_of(cell: str) -> str:
    """The text of a cell, empty for null."""
    text = cell.strip()
    return "" if text == "null" else text


def distinct(names: Mapping[str, str]) -> list[str]:
    """The names by number, with their number where two are the same."""
    every = list(names.values())
    return [
        name if every.count(name) == 1 else f"{name} [{number}]" for number, name in names.items()
    ]
