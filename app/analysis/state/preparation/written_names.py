"""What the names of rows say: species, molecules, and a warning of names that leave a choice."""

from typing import NamedTuple

import numpy as np
import polars as pl

from app.analysis.computing.numbered_texts import as_words, numbered
from app.analysis.evidence.array_types import Indices
from app.analysis.names.name_table import (
    SPECIES_SCHEMA,
    WRITTEN_NAMES,
    name_choices,
    parse_names,
)
from app.analysis.state.data_warning import SHOWN_ROWS, DataWarning
from app.analysis.state.preparation.molecules import molecule_numbers


class WrittenNames(NamedTuple):
    """The names of a table, each parsed once.

    ``name`` (rows,) is the place of each row's name in ``parsed`` (names,), and ``species`` (rows,)
    that of its species in ``catalogue`` (species,), which is sorted; -1 where there is none.
    """

    name: Indices
    parsed: pl.DataFrame
    species: Indices
    catalogue: pl.DataFrame

    @staticmethod
    def of(names: pl.Series) -> "WrittenNames":
        """Parse the names of the rows (rows,)."""
        name, distinct = numbered(names)
        parsed = parse_names(distinct)
        number, found = numbered(parsed["species"])
        place = np.flatnonzero(number >= 0)[::-1]
        first = np.zeros(len(found), dtype=np.int64)
        first[number[place]] = place  # of the names of a species the first
        catalogue = parsed[[*SPECIES_SCHEMA]][first]
        return WrittenNames(name, parsed, np.append(number, -1)[name], catalogue)

    @property
    def problems(self) -> pl.Series:
        """Why the name of a row cannot be read (rows,); null of one that can, and of standards."""
        return self._problems(~pl.col("is_standard"))

    @property
    def standards(self) -> pl.Series:
        """Which standard a row is (rows,), in a sentence; null of other rows."""
        return self._problems(pl.col("is_standard"))

    @property
    def molecules(self) -> Indices | None:
        """The number (rows,) of the molecule of each row in its species; None if all are 0."""
        return molecule_numbers(self.species, self._of_rows(self.parsed["molecular_name"]))

    def added_to(self, table: pl.DataFrame) -> pl.DataFrame:
        """The table with the molecular and the shorthand name that the name of each row says.

        These and the names themselves are of the type Enum.
        """
        return table.with_columns(
            self._of_rows(as_words(self.parsed[each])) for each in ("name", *WRITTEN_NAMES)
        )

    def warnings(self) -> list[DataWarning]:
        """One warning for all names in which a choice was made, with the rows that have them."""
        sentence = name_choices(self.parsed)
        if not sentence:
            return []
        is_chosen = self._of_rows(self.parsed["name_warning"].is_not_null())
        rows = np.flatnonzero(is_chosen.fill_null(value=False).to_numpy())[:SHOWN_ROWS] + 1
        return [DataWarning("names", sentence, tuple(rows.tolist()))]

    def _problems(self, which: pl.Expr) -> pl.Series:
        problems = self.parsed["name_problem"]
        if problems.null_count() < len(problems):
            problems = self.parsed.select(pl.when(which).then("name_problem")).to_series()
        return self._of_rows(problems)

    def _of_rows(self, values: pl.Series) -> pl.Series:
        """The value of the name of each row; null for a row without a name."""
        if values.null_count() == len(values):
            none = pl.Series(values.name, [None], dtype=values.dtype)
            return none.new_from_index(0, len(self.name))
        # By an index in brackets, because gather starts a query.
        place = np.where(self.name < 0, len(values), self.name)
        return pl.concat([values, pl.Series([None], dtype=values.dtype)])[place]
