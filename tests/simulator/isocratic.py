"""Tables of a run whose eluent stays the same: late peaks lie farther apart than early ones."""

from dataclasses import replace

import polars as pl

from tests.simulator import Simulated

DECIMALS = 4


def isocratic(simulated: Simulated, ratio: float) -> Simulated:
    """The table with times along an exponential, between the same first and last one.

    The last peaks lie ``ratio`` times as far apart as the first ones whose species differ as much,
    and are as much broader.
    """
    rt = pl.col("RT")
    share = (rt - rt.min()) / (rt.max() - rt.min())
    curved = rt.min() + (rt.max() - rt.min()) * (pl.lit(ratio).pow(share) - 1) / (ratio - 1)
    table = simulated.table.with_columns(RT=curved.round(DECIMALS))
    return replace(simulated, table=table)
