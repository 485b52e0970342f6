"""Format numbers as text for millions of sentences: each distinct number is formatted once."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from app.analysis.evidence.array_types import Array

NO_SIGN = ("", "")
# Python formats fewer numbers than this in less time than Polars needs to start a query.
FEW = 500


def decimal_text(
    values: Array, places: int, before: str = "", signs: tuple[str, str] = NO_SIGN
) -> pl.Expr:
    """Format values (n,) without their sign, with a number of decimal places.

    ``before`` is a text before each value; ``signs`` are the texts after negative and other values.
    """
    steps = np.rint(values * 10**places).astype(np.int64)
    steps = np.abs(steps) if signs == NO_SIGN else steps
    if len(steps) < FEW:
        return pl.lit(pl.Series(_written_singly(steps, places, before, signs), dtype=pl.String))
    least, greatest = int(steps.min()), int(steps.max())
    if greatest - least < len(steps):
        which, place = np.arange(least, greatest + 1), steps - least
    else:
        which, place = np.unique(steps, return_inverse=True)
    return _written(which, places, before, signs).gather(pl.lit(pl.Series(place)))


def _written_singly(
    steps: NDArray[np.int64], places: int, before: str, signs: tuple[str, str]
) -> list[str]:
    return [
        f"{before}{whole}.{part:0{places}d}{signs[step >= 0]}"
        for step in steps.tolist()
        for whole, part in (divmod(abs(step), 10**places),)
    ]


def _written(steps: NDArray[np.int64], places: int, before: str, signs: tuple[str, str]) -> pl.Expr:
    whole, part = (pl.Series(cells) for cells in np.divmod(np.abs(steps), 10**places))
    sign = () if signs == NO_SIGN else (_sign(steps, signs),)
    return pl.concat_str(
        pl.lit(before),
        pl.lit(whole),
        pl.lit("."),
        pl.lit(part).cast(pl.String).str.zfill(places),
        *sign,
    )


def _sign(steps: NDArray[np.int64], signs: tuple[str, str]) -> pl.Expr:
    return pl.when(pl.lit(pl.Series(steps < 0))).then(pl.lit(signs[0])).otherwise(pl.lit(signs[1]))
