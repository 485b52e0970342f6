"""Rows of a table of species, whose columns are taken when they are asked for."""

import numpy as np
import pytest

from app.analysis.names.species_table import SpeciesTable

TABLE = SpeciesTable(
    {"a": np.array([1, 2, 3]), "b": np.array([0.1, 0.2, 0.3]), "c": np.array(["x", None, "z"])}
)


def test_rows_of_rows_have_the_columns_of_the_table_and_those_that_were_added() -> None:
    some = TABLE.rows(TABLE["a"] > 1).with_columns(b=7.0, d="new").rows([1, 0])
    assert some.columns == ["a", "b", "c", "d"]
    assert some.height == 2
    assert list(some.iter_rows(*some.columns)) == [(3, 7.0, "z", "new"), (2, 7.0, None, "new")]
    assert TABLE["b"].tolist() == [0.1, 0.2, 0.3]


def test_a_column_that_was_not_selected_is_missing() -> None:
    some = TABLE.rows([0]).select("c", "a")
    assert some.columns == ["c", "a"]
    assert list(some.iter_rows("a", "c")) == [(1, "x")]
    for table in (some, TABLE):
        with pytest.raises(KeyError):
            table["no such column" if table is TABLE else "b"]


def test_the_rows_of_each_value_of_a_sorted_column_are_slices() -> None:
    table = SpeciesTable({"group": np.array(["GD1", "GD1", "GM1"], dtype=object)})
    assert table.slices("group") == {"GD1": slice(0, 2), "GM1": slice(2, 3)}
