"""Numbers of the different rows of some columns."""

import numpy as np

from app.analysis.computing.row_numbers import row_numbers


def test_equal_rows_have_one_number_and_the_numbers_follow_the_first_column_first() -> None:
    rows = np.array([[36, 2], [34, 1], [36, 1], [36, 2], [34, 1]])
    assert row_numbers(rows).tolist() == [2, 0, 1, 2, 0]


def test_no_rows_have_no_numbers() -> None:
    assert not len(row_numbers(np.zeros((0, 2), dtype=np.int64)))
