"""Numbers get the same text whether a few or many of them are formatted."""

import numpy as np
import polars as pl
import pytest

from app.analysis.reporting.decimal_text import FEW, NO_SIGN, decimal_text


@pytest.mark.parametrize("signs", [NO_SIGN, (" min earlier", " min later")])
@pytest.mark.parametrize("places", [1, 3])
def test_few_numbers_read_as_many_do(signs: tuple[str, str], places: int) -> None:
    values = np.append(np.random.default_rng(1).normal(0, 3, 2 * FEW), [0.0, -0.0004, 1234.5])
    many = pl.select(decimal_text(values, places, "about ", signs)).to_series()
    few = [
        pl.select(decimal_text(part, places, "about ", signs)).to_series()
        for part in np.array_split(values, 5)
    ]
    assert many.to_list() == pl.concat(few).to_list()
    assert many[-1] == f"about 1234.5{'0' * (places - 1)}{signs[1]}"
