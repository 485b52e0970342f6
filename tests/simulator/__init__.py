"""Peak tables whose truth is known, drawn by the laws of porcine brain and varied around them.

``simulate(Variation(...))`` gives a table as a user would upload it and the truth of its rows:
``true`` peaks follow the retention law; ``fragment`` peaks lost sugars in the source and elute with
their parent; ``outlier`` peaks carry a label that their retention has nothing to do with;
``invalid`` rows have no ganglioside's name. Everything is drawn in arrays, so that a cohort of ten
million rows takes seconds.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from app.analysis.example import porcine_brain as brain
from tests.simulator.peaks import (
    every_species,
    fragment_rows,
    lose_parents,
    outlier_rows,
    true_rows,
)
from tests.simulator.variation import Variation

__all__ = ["Simulated", "Variation", "simulate"]

LOG_P_ERROR = (0.4, 2.0)
NOT_GANGLIOSIDES = ("Unknown", "PC(34:1)", "GX1(36:1;O2)", "GM3", "GD1(36:1;O2", "SM d18:1/16:0")


@dataclass(frozen=True)
class Simulated:
    """``table`` is the input: Name, RT, Volume and, by variation, Log P, Anchor, sample.

    ``truth`` has one row for each of its rows: row (from 1), call, parent_row (null where the
    parent is not in the table), isomer (a or b of GD1), expected_rt_min (without noise; of a
    fragment or an outlier where its label would elute).
    """

    table: pl.DataFrame
    truth: pl.DataFrame


def simulate(variation: Variation) -> Simulated:
    """Draw a cohort; about 300 rows a sample."""
    random = np.random.default_rng(variation.seed)
    species = every_species(variation)
    true = true_rows(species, variation, random)
    fragments = fragment_rows(species, true, random)
    outliers = outlier_rows(species, true, variation, random)
    true = lose_parents(true, fragments, variation, random)
    rows = pl.concat([true, fragments, outliers], how="diagonal")
    rows = pl.concat([rows, _unparsable_rows(rows, variation, random)], how="diagonal")
    rows = _in_order(rows, random)
    return Simulated(_table(species, rows, variation, random), _truth(species, rows, variation))


def _unparsable_rows(
    rows: pl.DataFrame, variation: Variation, random: np.random.Generator
) -> pl.DataFrame:
    """Rows in addition, so that this share of all has a name that is no ganglioside's."""
    size = round(rows.height * variation.unparsable / (1 - variation.unparsable))
    like = rows[random.integers(0, rows.height, size)]
    return like.select(
        "sample", "species", "rt_min", "log10_area", call=pl.lit("invalid")
    ).with_columns(other_name=pl.Series(random.choice(NOT_GANGLIOSIDES, size), dtype=pl.String))


def _in_order(rows: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    """The peaks that are large enough, sample by sample and shuffled within, as numbered rows."""
    picked = rows.filter(pl.col("log10_area") >= np.log10(brain.LEAST_AREA))
    order = np.argsort(picked["sample"].to_numpy() + random.random(picked.height))
    numbered = picked[order].with_row_index("row", offset=1)
    parents = numbered.select(parent="id", parent_row="row").drop_nulls()
    return numbered.join(parents, on="parent", how="left", maintain_order="left")


def _table(
    catalogue: pl.DataFrame,
    rows: pl.DataFrame,
    variation: Variation,
    random: np.random.Generator,
) -> pl.DataFrame:
    labels = catalogue[rows["species"]]
    names = pl.DataFrame({"name": labels["name"], "other": rows["other_name"]})
    table = rows.select(
        Name=names.select(pl.coalesce("other", "name")).to_series(),
        RT=(pl.col("rt_min") * variation.time_scale).round(3),
        Volume=(10.0 ** pl.col("log10_area")).round().cast(pl.Int64),
    )
    if variation.has_log_p:
        table = table.with_columns(_log_p(labels["log_p"], variation, random))
    if variation.has_anchors:
        is_anchor = rows["anchor"].fill_null(value=False)
        table = table.with_columns(
            Anchor=pl.when(is_anchor).then(pl.lit("T")).otherwise(pl.lit("F"))
        )
    if variation.samples > 1:
        sample = pl.format("S{}", rows["sample"] + 1)
        table = table.with_columns(sample=sample)
    return table


def _log_p(log_p: pl.Series, variation: Variation, random: np.random.Generator) -> pl.Series:
    """The computed Log P, wrong for some."""
    size = len(log_p)
    error = random.uniform(*LOG_P_ERROR, size) * random.choice([-1, 1], size)
    is_wrong = random.random(size) < variation.wrong_log_p
    return pl.Series("Log P", (log_p.to_numpy() + error * is_wrong).round(2))


def _truth(catalogue: pl.DataFrame, rows: pl.DataFrame, variation: Variation) -> pl.DataFrame:
    labels = catalogue[rows["species"]]
    is_named = pl.col("call") != "invalid"
    is_true = pl.col("call") == "true"
    return rows.select("row", "call", "parent_row").with_columns(
        isomer=pl.when(is_true).then(labels["isomer"]),
        expected_rt_min=pl.when(is_named).then(labels["rt_min"] * variation.time_scale),
    )
