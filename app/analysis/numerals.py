"""Numbers as text, for millions of sentences: each number that occurs is written once."""

import numpy as np
import polars as pl

from app.analysis.regression import Array

NO_SIGN = ("", "")


def decimals(
    values: Array, places: int, before: str = "", signs: tuple[str, str] = NO_SIGN
) -> pl.Series:
    """The values without their sign, with so many decimal places and a text before each.

    ``signs`` are what stands behind a negative one and behind others.
    """
    steps = np.rint(values * 10**places).astype(np.int64)
    steps = np.abs(steps) if signs == NO_SIGN else steps
    least, greatest = int(steps.min()), int(steps.max())
    if greatest - least < len(steps):
        which, place = np.arange(least, greatest + 1), steps - least
    else:
        which, place = np.unique(steps, return_inverse=True)
    written = [
        f"{before}{abs(step) / 10**places:.{places}f}{signs[step >= 0]}" for step in which.tolist()
    ]
    return pl.Series(written).gather(pl.Series(place))
