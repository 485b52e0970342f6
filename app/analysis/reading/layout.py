"""The layout of a table: the program it comes from, and the column of each role or sample."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.analysis.errors import PeakTableError
from app.analysis.reading.columns import (
    NEEDED,
    NUMBERS,
    check_mapping,
    fold,
    known_columns,
    quoted_list,
)
from app.analysis.reading.sources import SOURCES
from app.analysis.reading.sources.source import Above, SampleColumns, Source

# The most lines that can stand above a header.
MOST_LINES_ABOVE = 10
FIRST_CELL = re.compile(r"[^\t,;|]*")


@dataclass(frozen=True)
class Layout:
    """Which column of a table is which.

    ``roles`` has the header of each role that was found. ``samples`` has the columns of each sample
    of a wide table, which hold its areas and perhaps its retention times.
    """

    source: Source
    header: tuple[str, ...]
    roles: dict[str, str]
    samples: tuple[SampleColumns, ...] = ()

    @property
    def used(self) -> list[str]:
        """The headers of the columns that are read, each once."""
        of_samples = [name for one in self.samples for name in (one.area, one.rt) if name]
        return list(dict.fromkeys([*self.roles.values(), *of_samples, *self.precursor]))

    @property
    def numbers(self) -> list[str]:
        """The headers of the columns that hold numbers."""
        of_samples = [name for one in self.samples for name in (one.area, one.rt) if name]
        return [self.roles[role] for role in NUMBERS if role in self.roles] + of_samples

    @property
    def has_transitions(self) -> bool:
        """Whether rows are transitions, each with a part of the area of its precursor."""
        folded = {fold(name) for name in self.header}
        is_part = fold(self.roles.get("volume", "")) == "area"
        return is_part and not folded.isdisjoint(self.source.transition)

    @property
    def precursor(self) -> list[str]:
        """The headers that distinguish the precursors of one name, if rows are transitions."""
        if not self.has_transitions:
            return []
        return [name for name in self.header if fold(name) in self.source.precursor]

    def check_required_columns(self) -> None:
        """Refuse a table without names, retention times or areas.

        Raises:
            PeakTableError: one is missing; the sentence says what to do.
        """
        found = {*self.roles, "volume"} if self.samples else {*self.roles}
        missing = [title for role, title in NEEDED.items() if role not in found]
        if missing:
            hint = f" It looks like one of {self.source.title}: {self.source.hint}"
            raise PeakTableError(
                f"The peak table lacks the column{'s'[: len(missing) != 1]} {', '.join(missing)}. "
                f"Its first row has: {quoted_list(self.header)}. Rename the "
                f"columns, or say which is which, and try again.{hint if self.source.hint else ''}"
            )


def layout_of(
    header: Sequence[str], mapping: Mapping[str, str] | None = None, above: Above = ()
) -> Layout:
    """Find the layout of a table from its header and the lines above it.

    ``mapping`` (role to header) overrides what is recognised; an empty header means that the table
    has no such column. A table whose mapping has a column for the volume is not wide.

    Raises:
        PeakTableError: the mapping names a role or column that does not exist.
    """
    mapping = mapping or {}
    check_mapping(header, mapping)
    source = next(source for source in SOURCES if source.is_source(header))
    samples = () if mapping.get("volume") else tuple(source.samples(header, above))
    found = known_columns(header) | known_columns(header, source.headers) | dict(mapping)
    of_samples = ("volume", "sample") if samples else ()
    roles = {role: name for role, name in found.items() if name and role not in of_samples}
    return Layout(source, tuple(header), roles, samples)


def lines_above(first_cells: Sequence[str]) -> int:
    """Count the lines above the header, by the first cells of the lines of a table."""
    begins = {source.begins for source in SOURCES if source.begins}
    places = [
        place for place, cell in enumerate(first_cells[:MOST_LINES_ABOVE]) if fold(cell) in begins
    ]
    return places[0] if places else 0


def first_cell(line: str) -> str:
    """The first cell of a line, whatever its separator."""
    return FIRST_CELL.match(line).group()  # type: ignore[union-attr]  # it matches nothing too
