"""The tables of the gallery, made of the example: a cohort, and a later run without anchors."""

import numpy as np
import polars as pl

from app.analysis.example.example_table import example_table

# Each sample: its name and its role.
SAMPLES = (
    ("Blank 1", "blank"),
    ("QC 1", "QC"),
    *((f"WT {number}", "sample") for number in (1, 2, 3)),
    *((f"KO {number}", "sample") for number in (1, 2, 3)),
    ("QC 2", "QC"),
)
# The column of the gradient gets older: each sample elutes a little later than the one before.
DRIFT_MIN, RT_SD_MIN = 0.006, 0.004
AREA_SD = 0.12
# The knock-outs make less of what has three sialic acids and more.
SIALYLATED = r"^G[TQP]"
LEFT_IN_KNOCK_OUT = 0.25
# A blank has a trace of a few large species, carried over from the sample before.
CARRIED_OVER, SHARE_CARRIED_OVER = 12, 0.02
SEED = 2027
# In a later run the gradient is slower, and nobody has marked anchors.
SLOWER = 1.08


def cohort_table() -> pl.DataFrame:
    """About 2,000 rows: Name, RT (min), Volume, Log P, Anchor, Sample and Sample role."""
    random = np.random.default_rng(SEED)
    base = example_table()
    samples = [_sample(base, place, random) for place in range(len(SAMPLES))]
    return pl.concat(samples)


def later_table() -> pl.DataFrame:
    """The example table as a slower gradient would give it, without anchors."""
    slower = (pl.col("RT") * SLOWER).round(3)
    return example_table().with_columns(RT=slower, Anchor=pl.lit("F"))


def _sample(base: pl.DataFrame, place: int, random: np.random.Generator) -> pl.DataFrame:
    name, role = SAMPLES[place]
    factor = pl.Series(np.exp(random.normal(0, AREA_SD, base.height)))
    noise = pl.Series(random.normal(DRIFT_MIN * place, RT_SD_MIN, base.height))
    is_lost = pl.col("Name").str.contains(SIALYLATED) & pl.lit(name.startswith("KO"))
    left = pl.when(is_lost).then(LEFT_IN_KNOCK_OUT).otherwise(1.0)
    table = base.with_columns(
        RT=(pl.col("RT") + noise).round(3),
        Volume=(pl.col("Volume") * factor * left).round().cast(pl.Int64),
        Sample=pl.lit(name),
        **{"Sample role": pl.lit(role)},
    )
    if role != "blank":
        return table
    carried = table.top_k(CARRIED_OVER, by="Volume")
    traces = (pl.col("Volume") * SHARE_CARRIED_OVER).round().cast(pl.Int64)
    return carried.with_columns(Volume=traces, Anchor=pl.lit("F"))
