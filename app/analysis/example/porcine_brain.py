"""The gangliosides of porcine brain: retention times, Log P and peak areas.

The numbers were estimated on a published list of 323 peaks of porcine brain, 49 of them anchors
(docs/science.md). Times are in minutes.
"""

import itertools

import polars as pl

from app.analysis.names.name_table import add_species
from app.analysis.names.sugar_losses import can_be_fragment, lost_sugars

# Retention of 36:1;O2; of GD1 that of GD1a.
RT_36_MIN = {
    "GM3": 10.60,
    "GM2": 10.40,
    "GD3": 10.10,
    "GM1": 10.10,
    "GD2": 9.90,
    "GD1": 9.14,
    "GT1": 8.70,
    "GQ1": 8.38,
    "GP1": 7.85,
}
MODIFICATION_MIN = {"OAc": 0.058, "2OAc": 0.116, "dHex": -0.07, "HexNAc": -0.09}
MODIFIED = {
    "GD3": ("OAc",),
    "GM1": ("dHex", "HexNAc"),
    "GD1": ("OAc", "2OAc", "dHex", "HexNAc"),
    "GT1": ("OAc", "2OAc", "HexNAc"),
    "GQ1": ("OAc", "2OAc"),
    "GP1": ("OAc",),
}
# GD1b elutes after GD1a: by 0.51 at 36:1, 0.38 at 42:1, and 0.44 on average, at 39.2 carbons.
ISOMER_GAP_MIN, ISOMER_GAP_PER_CARBON_MIN, ISOMER_GAP_AT_CARBONS = 0.44, -0.0217, 39.2

# What the ceramide changes: per carbon at 38 carbons, that squared, and other than x:1;O2.
REFERENCE_CARBONS = 38
SLOPE_MIN, CURVATURE_MIN = 0.74, -0.011
FURTHER_DOUBLE_BOND_MIN, NO_DOUBLE_BOND_MIN, FURTHER_HYDROXYL_MIN = -1.10, 0.58, -1.25

# Standard deviations: of a species about the model, of a fragment about its parent.
RT_SD_MIN, FRAGMENT_RT_SD_MIN = 0.03, 0.009
# Mean and standard deviation of log10 area: of species, of peaks that no label explains.
LOG10_AREA, LOG10_STRAY_AREA = (5.46, 0.83), (4.83, 0.55)
# Quantiles of a fragment's area relative to its parent's; the first and last are extrapolated.
AREA_RATIO_AT = (0.0, 0.10, 0.25, 0.50, 0.75, 0.90, 1.0)
AREA_RATIOS = (0.001, 0.003, 0.011, 0.025, 0.20, 0.38, 0.60)

# No smaller peak is picked.
LEAST_AREA = 1_000

# Log P is additive over the composition: that of lactosylceramide(36:1;O2) and of what is added.
LOG_P_START = 10.21
LOG_P_PER = {"sialic": -2.47, "hexnac": -2.15, "dhex": -1.09, "oacetyl": 0.58}
LOG_P_PER_HEX, LOG_P_PER_CARBON, LOG_P_PER_HYDROXYL = -1.59, 0.541, -1.16
LOG_P_PER_DOUBLE_BOND, LOG_P_NO_DOUBLE_BOND = -0.935, 0.515

# Carbons, double bonds and hydroxyls, with the share of cores that a ceramide is found in.
CERAMIDES = {
    (34, 1, 2): 0.50,
    (35, 1, 2): 0.35,
    (36, 0, 2): 0.45,
    (36, 1, 2): 0.95,
    (36, 2, 2): 0.65,
    (36, 0, 3): 0.15,
    (37, 1, 2): 0.60,
    (38, 0, 2): 0.25,
    (38, 1, 2): 0.90,
    (38, 2, 2): 0.35,
    (39, 1, 2): 0.40,
    (40, 1, 2): 0.70,
    (40, 2, 2): 0.20,
    (41, 1, 2): 0.35,
    (42, 1, 2): 0.30,
    (42, 2, 2): 0.40,
    (44, 1, 2): 0.15,
}
# A modified core is found in fewer ceramides than the bare one.
MODIFIED_SHARE = 0.6


def species_table(
    rt_36_min: dict[str, float], *, slope_min: float = SLOPE_MIN, gap_min: float = ISOMER_GAP_MIN
) -> pl.DataFrame:
    """Every species there can be of some prefixes; ``rt_36_min`` is the retention of their 36:1.

    The columns are those of ``add_species`` and: isomer (a or b for GD1, else null), rt_min (free
    of noise), log_p, and share (the probability that a sample has it). What the ceramide changes
    scales with ``slope_min``, the gradient's minutes per carbon; at 38 carbons nothing moves.
    """
    names = _names(rt_36_min)
    species = add_species(names.with_columns(problem=pl.lit(None, dtype=pl.String)))
    return species.with_columns(
        rt_min=pl.col("rt_36") + ceramide_shift_min(slope_min) + _isomer_shift_min(gap_min),
        log_p=log_p(),
        share=pl.when(pl.col("prefix") == pl.col("core"))
        .then("share")
        .otherwise(pl.col("share") * MODIFIED_SHARE),
    ).drop("rt_36", "problem")


def _names(rt_36_min: dict[str, float]) -> pl.DataFrame:
    """The name of every species: name, isomer, rt_36 (minutes) and the share of its ceramide."""
    rows = [
        (f"{prefix}({c}:{d};O{o})", isomer, rt, share)
        for (prefix, rt), ((c, d, o), share) in itertools.product(
            rt_36_min.items(), CERAMIDES.items()
        )
        for isomer in (("a", "b") if prefix.startswith("GD1") else (None,))
    ]
    schema = {"name": pl.String, "isomer": pl.String, "rt_36": pl.Float64, "share": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def rt_36_min() -> dict[str, float]:
    """The retention of 36:1;O2 of every core and modified core of porcine brain."""
    modified = {
        f"{core}+{modification}": RT_36_MIN[core] + MODIFICATION_MIN[modification]
        for core, modifications in MODIFIED.items()
        for modification in modifications
    }
    return RT_36_MIN | modified


def fragment_table(species: pl.DataFrame) -> pl.DataFrame:
    """Which species can be in-source fragments of which: columns parent, child (row numbers), lost.

    A series 2 or 3 fragment has kept the sialic acids of the inner galactose and no others: one in
    GD1a, two in GD1b. ``lost`` is the number of sugars lost.
    """
    ceramide = ["carbons", "double_bonds", "hydroxyls", "oacetyl"]
    children = species.with_row_index("child").unique("name", maintain_order=True)
    parents = species.with_row_index("parent")
    pairs = children.join(parents, on=ceramide, suffix="_parent").filter(can_be_fragment())
    inner = pl.when(pl.col("isomer_parent") == "a").then(1).otherwise(2)
    keeps_inner = pl.col("sialic") == pl.min_horizontal(inner, "sialic_parent")
    is_cut_short = pl.col("series") > pl.col("series_parent")
    return pairs.filter(~is_cut_short | keeps_inner).select("parent", "child", lost=lost_sugars())


def ceramide_shift_min(slope_min: float = SLOPE_MIN) -> pl.Expr:
    """How much later than 36:1;O2 a ceramide elutes, from its carbons, double_bonds, hydroxyls."""
    c, c36, bonds = pl.col("carbons") - REFERENCE_CARBONS, 36 - REFERENCE_CARBONS, "double_bonds"
    further_bonds = (pl.col(bonds) - 1).clip(lower_bound=0)
    from_38 = (
        SLOPE_MIN * c
        + CURVATURE_MIN * (c**2)
        + FURTHER_DOUBLE_BOND_MIN * further_bonds
        + NO_DOUBLE_BOND_MIN * (pl.col(bonds) == 0)
        + FURTHER_HYDROXYL_MIN * (pl.col("hydroxyls") - 2)
    )
    return from_38 * (slope_min / SLOPE_MIN) - (SLOPE_MIN * c36 + CURVATURE_MIN * c36**2)


def log_p() -> pl.Expr:
    """The Log P of a species, from its composition."""
    bonds = pl.col("double_bonds")
    return (
        LOG_P_START
        + pl.sum_horizontal(pl.col(part) * change for part, change in LOG_P_PER.items())
        + LOG_P_PER_HEX * (pl.col("hex") - 2)
        + LOG_P_PER_CARBON * (pl.col("carbons") - 36)
        + LOG_P_PER_HYDROXYL * (pl.col("hydroxyls") - 2)
        + LOG_P_PER_DOUBLE_BOND * (bonds - 1).clip(lower_bound=0)
        + LOG_P_NO_DOUBLE_BOND * (bonds == 0)
    )


def _isomer_shift_min(gap_min: float) -> pl.Expr:
    """How much later GD1b elutes than GD1a: the gap at 39.2 carbons, less with more carbons."""
    scale = gap_min / ISOMER_GAP_MIN
    per_carbon = ISOMER_GAP_PER_CARBON_MIN * scale
    gap = gap_min + per_carbon * (pl.col("carbons") - ISOMER_GAP_AT_CARBONS)
    return pl.when(pl.col("isomer") == "b").then(gap).otherwise(0.0)
