"""A table of species as arrays: what a frame of Polars is, for a few hundred rows.

A model takes rows of such tables hundreds of times in a run. With arrays that takes microseconds,
with a frame of thirty columns half a millisecond.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from typing import Any, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray


class SpeciesTable:
    """Named columns as arrays of one length; texts are objects, and nulls are None or NaN.

    Of some rows of another table, a column is taken when it is first asked for: there are thirty,
    and few are needed. So no column may be changed in place.
    """

    def __init__(
        self,
        columns: Mapping[str, NDArray[Any]],
        rows_of: "tuple[SpeciesTable, Any] | None" = None,
        names: Iterable[str] = (),
    ) -> None:
        self._columns = dict(columns)
        self._rows_of = rows_of
        self._names = tuple(dict.fromkeys((*names, *columns)))

    @classmethod
    def of(cls, frame: pl.DataFrame, *names: str) -> "SpeciesTable":
        """Some columns of a frame, or all."""
        return cls({name: _array(frame[name]) for name in names or frame.columns})

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return list(self._names)

    @property
    def height(self) -> int:
        """The number of rows."""
        return len(self[self._names[0]]) if self._names else 0

    def __getitem__(self, name: str) -> NDArray[Any]:
        """A column."""
        found = self._columns.get(name)
        if found is None:
            if self._rows_of is None or name not in self._names:
                raise KeyError(name)
            table, which = self._rows_of
            found = self._columns[name] = table[name][which]
        return found

    def select(self, *names: str) -> "SpeciesTable":
        """Some columns."""
        taken = {name: self._columns[name] for name in names if name in self._columns}
        return SpeciesTable(taken, self._rows_of, names)

    def iter_rows(self, *names: str) -> Iterator[tuple[Any, ...]]:
        """Some columns row by row, as values of Python."""
        return zip(*(self[name].tolist() for name in names), strict=True)

    def lists(self, *names: str) -> dict[str, list[Any]]:
        """Some columns as lists. Polars reads texts from them also where the first one is null."""
        return {name: self[name].tolist() for name in names}

    def rows(self, which: Any) -> "SpeciesTable":  # noqa: ANN401 - whatever selects of an array
        """Some rows, at positions or by a mask."""
        return SpeciesTable({}, (self, which), self._names)

    def slices(self, name: str) -> dict[Any, slice]:
        """The rows of each value of a column by which the table is sorted."""
        counts = Counter(self[name].tolist())
        ends = accumulate(counts.values())
        return {
            value: slice(end - count, end)
            for (value, count), end in zip(counts.items(), ends, strict=True)
        }

    def with_columns(self, **columns: NDArray[Any] | float | str | None) -> "SpeciesTable":
        """The table with more columns, or others of these names; a single value is for all rows."""
        height = self.height
        given = {
            name: values if isinstance(values, np.ndarray) else _repeated(values, height)
            for name, values in columns.items()
        }
        return SpeciesTable({**self._columns, **given}, self._rows_of, self._names)


SpeciesColumns: TypeAlias = pl.DataFrame | SpeciesTable


def column(species: SpeciesColumns, name: str) -> NDArray[Any]:
    """A column of either kind of table."""
    values = species[name]
    return values if isinstance(values, np.ndarray) else _array(values)


def whole_numbers(species: SpeciesColumns, *names: str) -> NDArray[np.int64]:
    """Some columns of whole numbers without nulls, (species, columns)."""
    columns = [column(species, name) for name in names]
    found: NDArray[np.int64] = np.stack(columns, axis=1, dtype=np.int64)
    return found


def _array(values: pl.Series) -> NDArray[Any]:
    if values.dtype == pl.String:
        return np.array(values.to_list(), dtype=object)
    return values.to_numpy()


def _repeated(value: float | str | None, height: int) -> NDArray[Any]:
    kind = object if value is None or isinstance(value, str) else None
    return np.full(height, value, dtype=kind)
