"""Rule 4: an O-acetyl group makes a ganglioside elute later, by a little.

Measured on porcine brain: +0.058 min for each group (median). A form with k groups is compared with
the base form of the same ceramide, glycan and isomer in the same sample: 0 < difference <= 0.15 k.
"""

import math

import polars as pl

from app.analysis.data_warning import DataWarning
from app.analysis.rule import Rule, Study

MOST_LATER_MIN = 0.15
USUAL_LATER_MIN = 0.058
LIKELY = 0.5
# What lies outside by no more than the times themselves stray is no cause for a warning.
REPORTED_SDS = 2.0
SHOWN_ROWS = 1_000


def apply(study: Study) -> Study:
    """Compare each O-acetylated peak with the base form that lies best to it."""
    base_code = study.names.select(
        "base_code", species_code=pl.int_range(pl.len(), dtype=pl.UInt32)
    )
    columns = ("row", "sample_code", "species_code", "rt_min", "oacetyl", "p_true", "isomer")
    peaks = study.usable.select(columns).join(base_code, on="species_code")
    bases = peaks.filter(pl.col("oacetyl") == 0, pl.col("p_true") >= LIKELY)
    bases = bases.select(
        "sample_code", "base_code", base_row="row", base_rt_min="rt_min", base_isomer="isomer"
    )
    pairs = peaks.filter(pl.col("oacetyl") > 0).join(bases, on=("sample_code", "base_code"))
    # Where only one of them is known to have isomers, nothing speaks against the other's peak.
    differs = pl.col("isomer") != pl.col("base_isomer")
    pairs = pairs.filter(~differs.fill_null(value=False))
    later = pl.col("rt_min") - pl.col("base_rt_min")
    pairs = pairs.with_columns(later_than_base_min=later).sort(
        "row", (later - USUAL_LATER_MIN * pl.col("oacetyl")).abs(), "base_row"
    )
    best = pairs.unique("row", keep="first", maintain_order=True)
    found = study.with_rows(best.select("row", "base_row", "later_than_base_min"))
    judged = found.with_columns(verdict_4=_verdict())
    return judged.warn(*_warnings(judged))


def _verdict() -> pl.Expr:
    later = pl.col("later_than_base_min")
    return (
        pl.when(pl.col("problem").is_not_null() | (pl.col("oacetyl") == 0))
        .then(None)
        .when(later.is_null())
        .then(pl.lit("not testable"))
        .when((later > 0) & (later <= MOST_LATER_MIN * pl.col("oacetyl")))
        .then(pl.lit("as expected"))
        .otherwise(pl.lit("unexpected"))
    )


def _warnings(study: Study) -> list[DataWarning]:
    noise = study.model.fit.noise_sd if study.model else 0.0
    beyond = pl.max_horizontal(
        -pl.col("later_than_base_min"),
        pl.col("later_than_base_min") - MOST_LATER_MIN * pl.col("oacetyl"),
    )
    # The difference of two times strays by the square root of two more than one.
    is_odd = (beyond > REPORTED_SDS * math.sqrt(2) * noise) & (pl.col("p_true") >= LIKELY)
    rows = study.peaks.filter(is_odd)["row"].to_list()
    if not rows:
        return []
    text = (
        "Some O-acetylated species that fit their model do not elute shortly after their base "
        "form. Look at these rows."
    )
    return [DataWarning("o_acetylation", text, tuple(rows[:SHOWN_ROWS]))]


RULE = Rule(
    number=4,
    title="O-acetylation",
    needs=("oacetyl", "p_true", "isomer", "rt_min", "sample_code", "species_code"),
    gives=("base_row", "later_than_base_min", "verdict_4"),
    apply=apply,
    sentence=pl.when(pl.col("verdict_4") == "not testable")
    .then(pl.lit("Its base form without O-acetyl groups was not found, so this cannot be tested."))
    .when(pl.col("verdict_4").is_not_null())
    .then(
        pl.format(
            "It elutes {} min {} its base form in row {}; {} O-acetyl groups explain up to {}.",
            pl.col("later_than_base_min").abs().round(3),
            pl.when(pl.col("later_than_base_min") < 0)
            .then(pl.lit("before"))
            .otherwise(pl.lit("after")),
            *("base_row", "oacetyl"),
            (MOST_LATER_MIN * pl.col("oacetyl")).round(2),
        )
    ),
)
