"""Simulated tables with isobars: peaks that have a name, and elute beside its species."""

import numpy as np
import polars as pl

from tests.simulator import Simulated

# How far isobars elute before or after the species, in minutes of porcine brain, and their log10
# area.
LEAST_APART_MIN, MOST_APART_MIN = 0.12, 0.4
MEAN_AREA, AREA_SD = 4.9, 0.5


def with_isobars(simulated: Simulated, share: float, random: np.random.Generator) -> Simulated:
    """The table with an isobar beside a share of its species, at the end of its rows."""
    is_species = simulated.truth["call"] == "true"
    chosen = np.flatnonzero(is_species.to_numpy() & (random.random(len(is_species)) < share))
    table, size = simulated.table, len(chosen)
    apart = random.uniform(LEAST_APART_MIN, MOST_APART_MIN, size) * random.choice([-1, 1], size)
    added = table[chosen].with_columns(
        RT=(table["RT"][chosen] + apart).round(3),
        Volume=pl.Series(10 ** random.normal(MEAN_AREA, AREA_SD, size)).round().cast(pl.Int64),
        Anchor=pl.lit("F"),
    )
    truth = simulated.truth[chosen].with_columns(call=pl.lit("outlier"), isomer=None)
    both = pl.concat([simulated.truth, truth.cast(simulated.truth.schema)])
    rows = pl.int_range(1, pl.len() + 1).cast(both.schema["row"])
    return Simulated(pl.concat([table, added]), both.with_columns(row=rows))
