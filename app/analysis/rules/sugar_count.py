"""Rule 2: how many sugars a name stands for.

A core has as many sialic acids as its letter says and 5 minus its digit neutral sugars; added Hex,
HexNAc, dHex and NeuGc count, O-acetyl groups do not (Svennerholm 1963, J Neurochem 10:613).
"""

import polars as pl

from app.analysis.rule import Rule, Study
from app.analysis.species import HEXNAC_BY_SERIES


def apply(study: Study) -> Study:
    """Count the sugars of every row that has a name."""
    in_core = pl.col("series").replace_strict(HEXNAC_BY_SERIES, default=None, return_dtype=pl.Int32)
    is_named = pl.col("sugars").is_not_null()
    return study.with_columns(
        hexnac_added=pl.col("hexnac") - in_core,
        verdict_2=pl.when(is_named).then(pl.lit("counted")).otherwise(pl.lit("no name")),
    )


RULE = Rule(
    number=2,
    title="Sugar count",
    needs=("series", "hexnac", "sugars", "sialic", "neutral_sugars", "prefix"),
    gives=("hexnac_added", "verdict_2"),
    apply=apply,
    sentence=pl.format(
        "{} has {} sugars: {} sialic acids and {} neutral ones.",
        "prefix",
        "sugars",
        "sialic",
        "neutral_sugars",
    ),
)
