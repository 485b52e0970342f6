"""How the peak tables of one program are recognised, and which columns they have."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import msgspec
import polars as pl

from app.analysis.reading.headers.columns import Headers, fold

Header: TypeAlias = Sequence[str]
# The lines above a header, each as its cells.
Above: TypeAlias = Sequence[Sequence[str]]


class SampleColumns(NamedTuple):
    """The headers of one sample in a wide table; ``rt`` is empty if it has no retention times.

    In a table with one row per sample, ``sample`` is the name of a molecule instead. ``role`` is
    the role of the sample as the program writes it, or empty.
    """

    sample: str
    area: str
    rt: str = ""
    role: str = ""


def sample_columns(areas: Mapping[str, str], times: Mapping[str, str]) -> list[SampleColumns]:
    """The columns of each sample with an area, from headers by sample; not all need a time."""
    return [SampleColumns(sample, area, times.get(sample, "")) for sample, area in areas.items()]


class Document(NamedTuple):
    """The table in a file of sections: its header, and its rows with a cell for each column.

    ``notes`` are sentences on what else the file holds.
    """

    header: list[str]
    rows: list[list[str]]
    notes: tuple[str, ...] = ()


def _is_never(_lines: Sequence[str]) -> bool:
    return False


def _no_document(_lines: Sequence[str]) -> Document:
    return Document([], [])


def _as_it_is(table: pl.DataFrame) -> pl.DataFrame:
    return table


def _all_samples(_table: pl.DataFrame, samples: Sequence[SampleColumns]) -> list[SampleColumns]:
    return list(samples)


def _no_samples(_header: Header, _above: Above) -> list[SampleColumns]:
    return []


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A program that exports peak tables.

    ``headers`` are tried before the usual names of a role and are written the same way. ``samples``
    finds the columns of each sample of a wide table, and ``refine_samples`` leaves out those whose
    cells are no areas. If ``has_molecules``, they are columns of molecules, and rows are samples.
    ``complete`` adds columns to a sheet of a workbook.
    A file of sections is recognised by its first lines (``is_document``) and made one table by
    ``read_document``. If ``joins_names``, every column of names is filled for some rows alone. Rows
    with equal ``precursor`` columns that differ in a ``transition`` column are parts of one peak.
    ``transition_names`` are the headers of components whose names can end in the number of a
    transition, ``transition_masses`` those of its precursor and product.
    ``rt_unit`` (min, s) is that of the retention times, if their header does not have it. ``hint``
    says what to export if a column is missing. A program that ``marks_doubts`` writes before a name
    that it was not found by MS/MS.
    """

    title: str
    is_source: Callable[[Header], bool] = _is_never
    is_document: Callable[[Sequence[str]], bool] = _is_never
    read_document: Callable[[Sequence[str]], Document] = _no_document
    headers: Headers = msgspec.field(default_factory=dict)
    samples: Callable[[Header, Above], list[SampleColumns]] = _no_samples
    refine_samples: Callable[[pl.DataFrame, Sequence[SampleColumns]], list[SampleColumns]] = (
        _all_samples
    )
    complete: Callable[[pl.DataFrame], pl.DataFrame] = _as_it_is
    has_molecules: bool = False
    joins_names: bool = False
    precursor: tuple[str, ...] = ()
    transition: tuple[str, ...] = ()
    transition_names: tuple[str, ...] = ()
    transition_masses: tuple[str, ...] = ()
    rt_unit: str = ""
    hint: str = ""
    marks_doubts: bool = False

    def __post_init__(self) -> None:
        """Refuse a header that no header of a table could equal, as headers are compared folded."""
        compared = [*self.headers.values(), self.precursor, self.transition]
        unfolded = [name for names in compared for name in names if name != fold(name)]
        if unfolded:
            raise ValueError(f"{self.title}: write {', '.join(unfolded)} without case and marks.")
