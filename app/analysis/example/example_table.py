"""The example table: a made-up porcine brain, drawn from what was measured on a real one."""

import numpy as np
import polars as pl

from app.analysis.example import porcine_brain as brain

# The share of species that are anchors, and the number of strays for each species.
ANCHOR_SHARE, STRAYS_PER_SPECIES = 0.3, 0.55
# The probability of a fragment that lost one sugar; each further sugar halves it.
FRAGMENT_SHARE = 0.2


def example_table(seed: int = 2026) -> pl.DataFrame:
    """About 250 rows of Name, RT (min), Volume (peak area), Log P and Anchor (T or F)."""
    random = np.random.default_rng(seed)
    catalogue = brain.species_table(brain.rt_36_min())
    species = _species(catalogue, random)
    fragments = _fragments(catalogue, species, random)
    strays = _strays(catalogue, species, random)
    rows = pl.concat([species, fragments, strays], how="diagonal")
    area = (10.0 ** pl.col("log10_area")).round().cast(pl.Int64)
    return (
        rows.filter(area >= brain.LEAST_AREA)
        .sort("name", "rt_min")
        .select(
            Name="name",
            RT=pl.col("rt_min").round(3),
            Volume=area,
            **{"Log P": pl.col("log_p").round(2)},
            Anchor=pl.when("anchor").then(pl.lit("T")).otherwise(pl.lit("F")),
        )
    )


def _species(catalogue: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    """The species this brain has; the larger ones can be anchors."""
    numbered = catalogue.with_row_index("place")
    found = numbered.filter(pl.Series(random.random(catalogue.height)) < pl.col("share"))
    size = found.height
    log10_area = pl.Series(random.normal(*brain.LOG10_AREA, size))
    is_large = pl.Series(random.random(size)) < 2 * ANCHOR_SHARE
    return found.with_columns(
        rt_min=pl.col("rt_min") + pl.Series(random.normal(0, brain.RT_SD_MIN, size)),
        log10_area=log10_area,
        anchor=is_large & (log10_area > brain.LOG10_AREA[0]),
    )


def _fragments(
    catalogue: pl.DataFrame, species: pl.DataFrame, random: np.random.Generator
) -> pl.DataFrame:
    """In-source fragments of the species: smaller peaks that co-elute with their parents."""
    parents = species.select("rt_min", "log10_area", parent="place")
    pairs = brain.fragment_table(catalogue).join(parents, on="parent", maintain_order="left_right")
    seen = pl.Series(random.random(pairs.height)) < FRAGMENT_SHARE * 2.0 ** (1 - pl.col("lost"))
    pairs = pairs.filter(seen)
    quantile = random.random(pairs.height)
    ratio = np.interp(quantile, brain.AREA_RATIO_AT, np.log10(brain.AREA_RATIOS))
    rt_noise = random.normal(0, brain.FRAGMENT_RT_SD_MIN, pairs.height)
    labels = catalogue[pairs["child"]].select("name", "log_p")
    return labels.with_columns(
        rt_min=pairs["rt_min"] + rt_noise, log10_area=pairs["log10_area"] + ratio
    )


def _strays(
    catalogue: pl.DataFrame, species: pl.DataFrame, random: np.random.Generator
) -> pl.DataFrame:
    """Peaks with a random label and retention time."""
    size = round(STRAYS_PER_SPECIES * species.height)
    labels = catalogue[random.integers(0, catalogue.height, size)].select("name", "log_p")
    span = species["rt_min"].to_numpy()
    return labels.with_columns(
        rt_min=pl.Series(random.uniform(span.min(), span.max(), size)),
        log10_area=pl.Series(random.normal(*brain.LOG10_STRAY_AREA, size)),
    )
