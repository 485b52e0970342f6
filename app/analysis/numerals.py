"""Numbers as text, for millions of sentences: each number that occurs is written once."""

import numpy as np
import polars as pl

from app.analysis.regression import Array

# Up to so many steps between the least and the greatest number all in between are written.
MOST_STEPS = 1_000_000


def decimals(values: Array, places: int) -> pl.Series:
    """The absolute values with so many decimal places."""
    steps = np.rint(np.abs(values) * 10**places).astype(np.int64)
    if not len(steps):
        return pl.Series([], dtype=pl.String)
    least, greatest = int(steps.min()), int(steps.max())
    if greatest - least < MOST_STEPS:
        return _written(np.arange(least, greatest + 1), places).gather(pl.Series(steps - least))
    which, place = np.unique(steps, return_inverse=True)
    return _written(which, places).gather(pl.Series(place))


def _written(steps: np.typing.NDArray[np.int64], places: int) -> pl.Series:
    whole, part = pl.Series(steps // 10**places), pl.Series(steps % 10**places)
    padded = part.cast(pl.String).str.zfill(places)
    return pl.select(pl.concat_str(whole.cast(pl.String), pl.lit("."), padded)).to_series()
