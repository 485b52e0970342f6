"""Whole numbers are sorted in the order in which a comparison sorts them."""

import numpy as np
import pytest

from app.analysis.computing.stable_order import stable_order


@pytest.mark.parametrize("numbers", [1, 5, 1 << 16, (1 << 16) + 1, 1 << 17, 1 << 32, 1 << 40])
def test_the_order_is_that_of_a_comparison(numbers: int) -> None:
    random = np.random.default_rng(2)
    number = random.integers(0, numbers, 3000)
    number[::3] = number[0]  # Equal ones keep their order.
    number[-1] = numbers - 1
    assert np.array_equal(stable_order(number, numbers), np.argsort(number, kind="stable"))


def test_no_numbers_have_an_empty_order() -> None:
    assert len(stable_order(np.zeros(0, dtype=np.int64), 7)) == 0
