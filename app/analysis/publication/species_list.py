"""The species that a run found, each once over all samples."""

import polars as pl

from app.analysis.quantities.species import Quantities
from app.analysis.quantities.species_lines import COUNTED


def species_list(found: Quantities) -> pl.DataFrame:
    """The species called true: in how many samples, mean area %, and mean pmol where it is known.

    The means are over the samples that have the species. Mean pmol is null if one has no amount.
    """
    true = found.species.filter(pl.col("call") == COUNTED)
    pmol = pl.when(pl.col("pmol").null_count() == 0).then(pl.col("pmol").mean())
    return (
        true.group_by("prefix", "species", "isomer", maintain_order=True)
        .agg(
            samples=pl.col("sample").n_unique(),
            area_percent=pl.col("area_percent").mean(),
            pmol=pmol,
        )
        .sort("prefix", "species", "isomer")
    )
