"""The layout of a table: the program it comes from, and the column of each role or sample."""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec.structs import replace

from app.analysis.errors import PeakTableError
from app.analysis.reading.cells.name_cells import is_ganglioside
from app.analysis.reading.headers.columns import (
    NEEDED,
    NO_AREAS,
    NUMBERS,
    RECOGNISED,
    REPEAT,
    check_mapping,
    fold,
    known_columns,
    quoted_list,
)
from app.analysis.reading.headers.other_times import hint_on_times
from app.analysis.reading.headers.statistics_words import is_of_standard
from app.analysis.reading.layout.layout_notes import (
    NOTE_ON_NO_AREAS,
    note_on_one_area,
    note_on_untimed_areas,
    notes_on_samples,
)
from app.analysis.reading.layout.table_shape import check_one_table, hint_on_shape
from app.analysis.reading.sources import SOURCES, source_of
from app.analysis.reading.sources.source import Above, SampleColumns, Source
from app.analysis.reading.sources.wide import repeats_header

WITHOUT_AREAS = f" If it has no areas, choose {NO_AREAS!r} as their column; it is judged without."


class Layout(msgspec.Struct, frozen=True):
    """Which column of a table is which.

    ``roles`` has the header of each role that was found. ``samples`` has the columns of each sample
    of a wide table, which hold its areas and perhaps its retention times. ``units`` has the unit of
    a column that a row below the header gives. ``unit_in_comment`` has the unit of the retention
    times by a line above the header, and that line; ``unit_in_cells`` is the one that each of them
    is written with. ``notes`` are sentences on how the table was found.
    The first name of a row in the columns ``joined_names`` is taken. If ``has_molecules``, rows are
    samples and ``samples`` are the columns of each molecule. ``has_number_cells`` if the file knows
    which of its cells are numbers, as workbooks do. ``lacks_areas`` if a table is read without any.
    """

    source: Source
    header: tuple[str, ...]
    roles: dict[str, str]
    samples: tuple[SampleColumns, ...] = ()
    units: Mapping[str, str] = msgspec.field(default_factory=dict)
    unit_in_comment: tuple[str, str] = ("", "")
    unit_in_cells: str = ""
    notes: tuple[str, ...] = ()
    has_molecules: bool = False
    joined_names: tuple[str, ...] = ()
    has_number_cells: bool = False
    lacks_areas: bool = False

    @property
    def name_columns(self) -> list[str]:
        """The headers under which names are known to stand; some can hold other things."""
        known = [*self.source.headers.get("name", ()), *RECOGNISED["name"]]
        headers: dict[str, list[str]] = {}
        for header in self.header:
            headers.setdefault(fold(REPEAT.sub("", header)), []).append(header)
        return [header for name in dict.fromkeys(known) for header in headers.get(name, ())]

    @property
    def missing(self) -> list[str]:
        """The titles of the columns that the table needs and lacks: names, times or areas."""
        of_samples = {"volume"} if self.samples or self.lacks_areas else set()
        if self.has_molecules:
            of_samples.add("name")
        if self.samples and all(one.rt for one in self.samples):
            of_samples.add("rt")
        return [title for role, title in NEEDED.items() if role not in {*self.roles, *of_samples}]

    @property
    def lacks_only_areas(self) -> bool:
        """Whether areas are all that is missing."""
        return self.missing == [NEEDED["volume"]]

    @property
    def used(self) -> list[str]:
        """The headers of the columns that are read, each once."""
        of_samples = [name for one in self.samples for name in (one.area, one.rt) if name]
        used = [*self.roles.values(), *of_samples, *self.precursor, *self.joined_names]
        return list(dict.fromkeys(used))

    @property
    def number_roles(self) -> dict[str, str]:
        """The role of each column that holds numbers, by its header."""
        own = {self.roles[role]: role for role in NUMBERS if role in self.roles}
        areas = {one.area: "volume" for one in self.samples}
        return own | areas | {one.rt: "rt" for one in self.samples if one.rt}

    @property
    def rt_header(self) -> str:
        """The header of the retention times, or of the first sample's."""
        of_samples = next((one.rt for one in self.samples if one.rt), "")
        return self.roles.get("rt", of_samples)

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

    def with_notes(self, *notes: str) -> "Layout":
        """The layout with further sentences on how the table was found."""
        return replace(self, notes=(*self.notes, *notes))

    def with_column(self, role: str, header: str, note: str) -> "Layout":
        """The layout with the column of a role, which may be a new one, and a note on it."""
        headers = self.header if header in self.header else (*self.header, header)
        return replace(self, header=headers, roles=self.roles | {role: header}).with_notes(note)

    def check_required_columns(self) -> None:
        """Refuse a table without names, retention times or areas.

        Raises:
            PeakTableError: one is missing; the sentence says what to do.
        """
        missing = self.missing
        if missing:
            hint = f" It looks like one of {self.source.title}: {self.source.hint}"
            if shape := hint_on_shape(self.header):
                raise PeakTableError(shape)
            raise PeakTableError(
                f"The peak table lacks the column{'s'[: len(missing) != 1]} {', '.join(missing)}. "
                f"Its first row has: {quoted_list(self.header)}. Rename the "
                f"columns, or say which is which, and try again."
                f"{WITHOUT_AREAS if self.lacks_only_areas else ''}"
                f"{hint if self.source.hint else ''}"
                f"{hint_on_times(self.header) if NEEDED['rt'] in missing else ''}"
            )


def layout_of(
    header: Sequence[str],
    mapping: Mapping[str, str] | None = None,
    above: Above = (),
    source: Source | None = None,
) -> Layout:
    """Find the layout of a table from its header, the lines above it, and its program if known.

    ``mapping`` (role to header) overrides what is recognised; an empty header means that the table
    has no such column. A table whose mapping has a column for the volume is not wide.

    Raises:
        PeakTableError: the mapping names a role or column that does not exist, or several tables
            stand side by side.
    """
    mapping = mapping or {}
    check_mapping(header, mapping)
    source = source or source_of(header)
    wide = tuple(source.samples(header, above))
    check_one_table(header, wide)
    if mapping.get("volume") == NO_AREAS and NO_AREAS not in header:
        return _without_areas(source, header, mapping)
    found = known_columns(header) | known_columns(header, source.headers) | dict(mapping)
    return _with_samples(source, header, found, mapping, wide)


def _without_areas(source: Source, header: Sequence[str], mapping: Mapping[str, str]) -> Layout:
    """The layout of a table that has no areas, as a person said."""
    found = known_columns(header) | known_columns(header, source.headers) | dict(mapping)
    roles = {role: name for role, name in found.items() if name and role != "volume"}
    layout = Layout(source, tuple(header), roles, lacks_areas=True)
    return layout.with_notes(f"{NOTE_ON_NO_AREAS} This was chosen.")


def _with_samples(
    source: Source,
    header: Sequence[str],
    found: Mapping[str, str],
    mapping: Mapping[str, str],
    wide: tuple[SampleColumns, ...],
) -> Layout:
    """The layout with the columns of samples (``wide``), unless a column names the samples.

    ``found`` has the header of each role by ``mapping`` or by its name.
    """
    is_long = bool(found.get("sample")) and repeats_header(wide)
    samples = () if mapping.get("volume") or is_long else wide
    has_molecules = bool(samples) and (
        source.has_molecules or _are_molecules([one.sample for one in samples])
    )
    if has_molecules:
        found = {"sample": found.get("name", ""), **found, "name": ""}
    notes = notes_on_samples(found, mapping, () if has_molecules else wide)
    if samples and source is SOURCES[-1]:
        notes += note_on_untimed_areas(header)
    if source is SOURCES[-1] and not samples and found.get("volume"):
        notes = notes or note_on_one_area(header, found["volume"])
    of_samples = ("volume",) if has_molecules else ("volume", "sample") if samples else ()
    roles = {role: name for role, name in found.items() if name and role not in of_samples}
    return Layout(source, tuple(header), roles, samples, notes=notes, has_molecules=has_molecules)


def _are_molecules(labels: Sequence[str]) -> bool:
    """Whether the labels of columns are gangliosides; IS alone names a standard in each sample."""
    return all(map(is_ganglioside, labels)) and not all(map(is_of_standard, labels))
