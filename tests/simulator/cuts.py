"""Tables made of simulated ones: a few of their rows, all marked as anchors, or copied."""

import numpy as np
import polars as pl

from tests.simulator import Simulated


def cut(simulated: Simulated, rows: int, random: np.random.Generator) -> Simulated:
    """Some rows chosen at random, in their order."""
    chosen = np.sort(random.choice(simulated.table.height, rows, replace=False))
    truth = simulated.truth[chosen].with_columns(row=pl.int_range(1, rows + 1, dtype=pl.UInt32))
    truth = truth.drop("parent_row")
    return Simulated(simulated.table[chosen], truth)


def all_anchors(simulated: Simulated) -> Simulated:
    """The same table with every row marked as an anchor."""
    return Simulated(simulated.table.with_columns(Anchor=pl.lit("T")), simulated.truth)


def jittered_copies(
    table: pl.DataFrame, copies: int, jitter_min: float, random: np.random.Generator
) -> pl.DataFrame:
    """Peaks (``PEAK_SCHEMA``) as several samples, whose times differ a little."""
    samples = [
        table.with_columns(
            sample=pl.lit(f"S{number}"),
            rt_min=table["rt_min"] + pl.Series(random.normal(0, jitter_min, table.height)),
        )
        for number in range(copies)
    ]
    return pl.concat(samples).with_columns(row=pl.int_range(1, pl.len() + 1, dtype=pl.UInt32))
