"""Mean and variation of each species within a group of replicates, such as the quality controls."""

from collections.abc import Collection, Mapping, Sequence

import polars as pl

from app.analysis.cohort_statistics.cells import TRUE

# With two values a coefficient of variation is hardly more than a guess.
LEAST_FOR_CV = 3


def group_means(cells: pl.DataFrame, groups: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    """Mean, SD and coefficient of variation of each species in each group.

    ``n`` counts the samples with a value and ``of`` all samples of the group. Missing values and
    incomplete sums are left out, not taken for zero. ``sd`` needs two values, ``cv_percent`` three.
    """
    frames = [_of_group(cells, name, samples) for name, samples in groups.items()]
    return pl.concat(frames).sort("species", "group") if frames else _of_group(cells, "", ())


def _of_group(cells: pl.DataFrame, group: str, samples: Collection[str]) -> pl.DataFrame:
    value = pl.col("value")
    sd = value.std()
    return (
        cells.filter(pl.col("sample").is_in(list(samples)), pl.col("state") == TRUE)
        .group_by("species")
        .agg(n=value.count(), mean=value.mean(), sd=sd)
        .filter(pl.col("n") > 0)
        .select(
            "species",
            group=pl.lit(group),
            n="n",
            of=pl.lit(len(samples), dtype=pl.UInt32),
            mean="mean",
            sd="sd",
            cv_percent=pl.when((pl.col("n") >= LEAST_FOR_CV) & (pl.col("mean") > 0)).then(
                100 * pl.col("sd") / pl.col("mean")
            ),
        )
    )
