"""Find the header of a table: below titles, comments and metadata, above a row of units."""

import re
from collections import Counter
from collections.abc import Collection, Sequence

from app.analysis.reading.headers.columns import NEEDED, fold, known_columns
from app.analysis.reading.sources import SOURCES, source_of

# The most lines that are searched for the header.
MOST_LINES_SEARCHED = 60
# A line is the header if it names at least so many roles.
ENOUGH_ROLES = 2
NUMBER = re.compile(r"\s*[-+]?[\d.,\s'\u2019]*\d([eE][-+]?\d+)?\s*%?\s*")
RESULTS = re.compile(r"\S Results$")
Rows = Sequence[Sequence[str]]


def roles_named(cells: Sequence[str], wanted: Collection[str] = ()) -> int:
    """Count the roles that a line names as a header, and the headers that a person chose."""
    cells = [cell for cell in cells if not cell[:1].isdigit()]  # most lines are rows of numbers
    source = source_of(cells)
    known = known_columns(cells) | known_columns(cells, source.headers)
    return len(known) + len({*wanted} & {*cells}) + (source is not SOURCES[-1])


def is_complete(cells: Sequence[str]) -> bool:
    """Whether a line names all that a peak table needs, so that it can only be its header."""
    return {*NEEDED} <= {*known_columns(cells)}


def header_place(rows: Rows, wanted: Collection[str] = ()) -> int:
    """The place of the header among the first rows of a table, each given as its cells.

    The line that names the most roles is the header. If none names enough of them, titles and
    comments are skipped: lines with a single cell, where others have more.
    """
    if rows and is_complete(rows[0]):
        return 0
    roles = [roles_named(row, wanted) for row in rows]
    if max(roles, default=0) >= ENOUGH_ROLES:
        place = roles.index(max(roles))
        return place + (place + 1 < len(rows) and _is_below_labels(rows[place + 1]))
    several = (place for place, row in enumerate(rows) if sum(map(bool, map(str.strip, row))) > 1)
    return next(several, 0)


def _is_below_labels(row: Sequence[str]) -> bool:
    """Whether a line is the second of two header lines, such as RT and Area for each sample."""
    names = [fold(cell) for cell in row if cell.strip()]
    repeated = {name for name, number in Counter(names).items() if number > 1}
    return bool(repeated) and bool(known_columns([*repeated])) and not any(map(is_number, row))


def is_number(cell: str) -> bool:
    """Whether a cell is written as a number, in any notation."""
    return bool(NUMBER.fullmatch(cell))


def named_columns(header: Sequence[str]) -> list[str]:
    """The header as a person sees it: ``column C`` where it is empty, ``Area (2)`` for a repeat."""
    seen: set[str] = set()
    often_seen: Counter[str] = Counter()  # so that many equal names take no square of the time
    names = []
    for place, cell in enumerate(header):
        name = wanted = cell.strip() or f"column {column_letters(place)}"
        often = max(often_seen[wanted], 1)
        while name in seen:
            often += 1
            name = f"{wanted} ({often})"
        often_seen[wanted] = often
        seen.add(name)
        names.append(name if wanted != cell.strip() or often > 1 else cell)
    return names


def column_letters(place: int) -> str:
    """The letters that a spreadsheet gives a column, counted from 0."""
    letters = ""
    place += 1
    while place:
        place, digit = divmod(place - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters


def with_group_labels(header: Sequence[str], above: Sequence[str]) -> list[str]:
    """The header with the labels that stand above several columns, as merged cells do.

    A name that occurs again gets the label above it: ``RT`` under ``s1`` is ``s1 RT``. An empty
    cell gets the label alone. MassHunter labels the columns of a compound even if it is the only
    one (``GM3 Results``).
    """
    folded = [fold(name) for name in header]
    repeated = {name for name, number in Counter(folded).items() if name and number > 1}
    labels = [*above, *[""] * (len(header) - len(above))]
    has_results = any(RESULTS.search(label) for label in labels)
    if sum(map(bool, map(str.strip, above))) < 2 or not (repeated or "" in folded or has_results):
        return list(header)
    joined, label = [], ""
    for name, key, over in zip(header, folded, labels, strict=False):
        is_repeated = key in repeated or bool(RESULTS.search(over or label))
        label = over.strip() or (label if is_repeated else "")
        is_grouped = bool(label) and (is_repeated or not key)
        joined.append(f"{label} {name}".strip() if is_grouped else name)
    return joined
