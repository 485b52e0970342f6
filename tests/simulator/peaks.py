"""The peaks of a cohort: which there are, where they elute, how large they are."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from app.analysis.example import porcine_brain as brain
from tests.simulator.variation import Variation

# Porcine brain has 50 % true rows, 21 % fragments, 29 % unexplained; a tenth of the fragments drawn
# are too small to be picked.
FRAGMENTS_PER_TRUE, OUTLIERS_PER_TRUE = 0.46, 0.56
# Anchors are 15 % of all rows, so 30 % of the true ones, and chosen among the larger half.
ANCHORS_PER_TRUE = 0.30
# An outlier is at least this many standard deviations off its species, or it would be true.
LEAST_OUTLIER_SD = 6
WARP_CENTRE_MIN = 10.0
# Prefixes porcine brain has no anchors of; their retention at 36:1 is supposed.
UNSEEN = {"GM4": 10.9, "GT3": 9.65, "GD2+OAc": 9.96, "GQ1+dHex": 8.31, "GD2+HexNAc": 9.81}
NEUGC = {"GM3+NeuGc": 10.05, "GM1+NeuGc": 9.55, "GD1+NeuGc": 8.6}


def every_species(variation: Variation) -> pl.DataFrame:
    """All species there can be, with retention on this gradient before any drift."""
    more = (UNSEEN if variation.has_unseen_prefixes else {}) | (
        NEUGC if variation.has_neugc else {}
    )
    rt_36_min = brain.rt_36_min() | more
    if variation.has_reversed_classes:
        rt_36_min = {prefix: 2 * WARP_CENTRE_MIN - rt for prefix, rt in rt_36_min.items()}
    species = brain.species_table(
        rt_36_min, slope_min=variation.slope_min, gap_min=variation.gap_min
    )
    species = species.with_columns(rt_min=pl.col("rt_min") + _of_column(species, variation))
    bend = 1 / (1 + (-(pl.col("rt_min") - WARP_CENTRE_MIN) / variation.warp_width_min).exp())
    return species.with_columns(
        rt_min=pl.col("rt_min") + variation.warp_min * bend,
        is_seen=~pl.col("prefix").is_in(list(UNSEEN)),
    )


def _of_column(species: pl.DataFrame, variation: Variation) -> pl.Expr:
    """How much later each species elutes on another column."""
    cores = sorted(set(species["core"]))
    shifts = np.random.default_rng(variation.column).normal(size=len(cores))
    of_core = dict(zip(cores, (shifts * variation.class_shift_min).tolist(), strict=True))
    return (
        pl.col("core").replace_strict(of_core)
        + variation.double_bond_min * pl.col("double_bonds")
        + variation.hydroxyl_min * (pl.col("hydroxyls") - 2)
        + variation.sugar_min * pl.col("sugars")
    )


def true_rows(
    catalogue: pl.DataFrame, variation: Variation, random: np.random.Generator
) -> pl.DataFrame:
    share = catalogue["share"].to_numpy().astype(np.float32)
    found = random.random((variation.samples, catalogue.height), dtype=np.float32) < share
    sample, species = np.nonzero(found)
    drift = random.normal(0, variation.drift_min, variation.samples) * (variation.samples > 1)
    usual = catalogue["rt_min"].to_numpy()
    bend = _bends(usual, variation)[sample, species]
    noise = random.normal(0, variation.noise_min, len(sample))
    log10_area = random.normal(*brain.LOG10_AREA, len(sample))
    is_chosen = random.random(len(sample)) < 2 * ANCHORS_PER_TRUE
    is_large = log10_area > brain.LOG10_AREA[0]
    is_seen = catalogue["is_seen"].to_numpy()[species]
    return _rows(
        "true",
        sample,
        species,
        rt_min=usual[species] + drift[sample] + bend + noise,
        log10_area=log10_area,
        anchor=is_chosen & is_large & is_seen,
    ).with_row_index("id")


def _bends(usual: NDArray[np.float64], variation: Variation) -> NDArray[np.float64]:
    """How much later each sample elutes at the usual time of each species, beside its offset."""
    place = np.pi * (usual - usual.min()) / np.ptp(usual)
    random = np.random.default_rng(variation.seed)
    phase = random.uniform(0, 2 * np.pi, (variation.samples, 1))
    bends: NDArray[np.float64] = variation.drift_bend_min * np.cos(place + phase)
    return bends


def fragment_rows(
    catalogue: pl.DataFrame, true: pl.DataFrame, random: np.random.Generator
) -> pl.DataFrame:
    """Each true row loses sugars along a few of its ways, sooner along the short ones."""
    ways = brain.fragment_table(catalogue).with_columns(weight=0.5 ** pl.col("lost"))
    pairs = true.join(ways, left_on="species", right_on="parent", maintain_order="left_right")
    weight = pairs["weight"].to_numpy()
    chance = weight * (FRAGMENTS_PER_TRUE * true.height / weight.sum())
    pairs = pairs.filter(pl.Series(random.random(pairs.height) < chance))
    quantile = random.random(pairs.height)
    ratio = np.interp(quantile, brain.AREA_RATIO_AT, np.log10(brain.AREA_RATIOS))
    rt_noise = random.normal(0, brain.FRAGMENT_RT_SD_MIN, pairs.height)
    return _rows(
        "fragment",
        pairs["sample"].to_numpy(),
        pairs["child"].to_numpy(),
        rt_min=pairs["rt_min"].to_numpy() + rt_noise,
        log10_area=pairs["log10_area"].to_numpy() + ratio,
    ).with_columns(parent=pairs["id"])


def outlier_rows(
    catalogue: pl.DataFrame,
    true: pl.DataFrame,
    variation: Variation,
    random: np.random.Generator,
) -> pl.DataFrame:
    size = round(OUTLIERS_PER_TRUE * true.height)
    sample = random.integers(0, variation.samples, size)
    species = random.integers(0, catalogue.height, size)
    rt_min = _unrelated_rt(catalogue, species, variation, random)
    number = pl.int_range(pl.len()).over("sample")
    return _rows(
        "outlier",
        sample,
        species,
        rt_min=rt_min,
        log10_area=random.normal(*brain.LOG10_STRAY_AREA, size),
    ).with_columns(anchor=number < variation.wrong_anchors)


def _unrelated_rt(
    catalogue: pl.DataFrame,
    species: NDArray[np.int64],
    variation: Variation,
    random: np.random.Generator,
) -> NDArray[np.float64]:
    """Anywhere on the gradient but where an isomer of the label elutes."""
    usual = catalogue["rt_min"].to_numpy()
    isomers = catalogue.select(
        low=pl.col("rt_min").min().over("name"), high=pl.col("rt_min").max().over("name")
    ).to_numpy()[species]
    least_sd = 0.0 if variation.outliers_anywhere else LEAST_OUTLIER_SD
    least = least_sd * np.hypot(variation.noise_min, variation.drift_min + variation.drift_bend_min)
    rt_min = random.uniform(usual.min(), usual.max(), len(species))
    while True:
        is_near = (np.abs(rt_min[:, None] - isomers) < least).any(axis=1)
        if not is_near.any():
            return rt_min
        rt_min[is_near] = random.uniform(usual.min(), usual.max(), int(is_near.sum()))


def lose_parents(
    true: pl.DataFrame,
    fragments: pl.DataFrame,
    variation: Variation,
    random: np.random.Generator,
) -> pl.DataFrame:
    """The true rows without some of those that have fragments."""
    is_parent = np.zeros(true.height, dtype=bool)
    is_parent[fragments["parent"].to_numpy()] = True
    is_lost = is_parent & (random.random(true.height) < variation.missing_parents)
    return true.filter(pl.Series(~is_lost))


def _rows(
    call: str,
    sample: NDArray[np.int64],
    species: NDArray[np.int64],
    **columns: NDArray[np.float64] | NDArray[np.bool_],
) -> pl.DataFrame:
    places = {"sample": pl.Series(sample, dtype=pl.UInt32), "species": pl.Series(species)}
    return pl.DataFrame(places | columns).with_columns(
        pl.col("species").cast(pl.UInt32), call=pl.lit(call)
    )
