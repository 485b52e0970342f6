"""Tell apart the molecules of one species, such as GM3 16:1;O2/18:0 and GM3 18:1;O2/16:0.

Both have the sum composition of one species and are true at once, so they are no rivals. A row
without chains can be either; it stays a rival of the first one.
"""

import numpy as np
import polars as pl

from app.analysis.evidence.array_types import Indices


def molecule_numbers(species: Indices, chains: pl.Series) -> Indices | None:
    """The number (rows,) of the molecule of each row within its species; None if all are 0.

    ``species`` (rows,) numbers the species, and ``chains`` (rows,) are the molecular names.
    """
    if chains.null_count() == len(chains):
        return None
    molecules = pl.DataFrame({"species": species, "chains": chains})
    number = pl.col("chains").rank("dense").over("species").fill_null(1) - 1
    found: Indices = molecules.select(number.cast(pl.Int64)).to_series().to_numpy()
    return found if np.any(found) else None
