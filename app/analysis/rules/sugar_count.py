"""Rule 2: how many sugars a name stands for.

A core has as many sialic acids as its letter says and 5 minus its digit neutral sugars; added Hex,
HexNAc, dHex and NeuGc count, O-acetyl groups do not (Svennerholm 1963, J Neurochem 10:613).
"""

from dataclasses import replace

import polars as pl

from app.analysis.rule import Rule, Study
from app.analysis.species import HEXNAC_BY_SERIES


def apply(study: Study) -> Study:
    """Count the sugars of every row that has a name, and the HexNAc added to each core."""
    in_core = pl.col("series").replace_strict(HEXNAC_BY_SERIES, default=None, return_dtype=pl.Int32)
    names = study.names.with_columns(hexnac_added=pl.col("hexnac") - in_core)
    is_named = pl.col("sugars").is_not_null()
    verdict = pl.when(is_named).then(pl.lit("counted")).otherwise(pl.lit("no name"))
    return replace(study, names=names).with_columns(verdict_2=verdict)


RULE = Rule(
    number=2,
    title="Sugar count",
    needs=("sugars", "sialic", "neutral_sugars", "prefix"),
    gives=("verdict_2",),
    apply=apply,
    sentence=pl.coalesce(
        pl.format(
            "{} has {} sugars: {} sialic acids and {} neutral ones.",
            *("prefix", "sugars", "sialic", "neutral_sugars"),
        ),
        "problem",
    ),
)
