"""Who is sure is right: also in tables of a few rows, and where anchors cannot be trusted."""

import numpy as np
import polars as pl
import pytest

from app.analysis.evidence.explaining.anchor_trust import ANCHOR_IS_RIGHT
from app.analysis.pipeline import analyze
from tests.simulator import Variation, simulate
from tests.simulator.logistic import Gradient, draw
from tests.unit.analysis.tables import SETTINGS, peaks

SURE = 0.9


def judged(table: pl.DataFrame, truth: pl.DataFrame) -> pl.DataFrame:
    """The calls of some rows of a simulated table, beside their truth."""
    renumbered = table.with_columns(row=pl.int_range(1, pl.len() + 1, dtype=pl.UInt32))
    rows = analyze(renumbered, SETTINGS).rows
    return rows.select("call", "confidence").with_columns(is_true=truth["call"] == "true")


def drawn(variation: Variation) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The peaks and the truth of a simulated table."""
    simulated = simulate(variation)
    columns = {"peak_area": simulated.table["Volume"], "anchor": simulated.table["Anchor"] == "T"}
    names = list(simulated.table.select("Name", "RT").iter_rows())
    return peaks(names, **columns), simulated.truth


def logistic(seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The peaks and the truth of a table by another law than that of the model."""
    table, truth = draw(Gradient(seed=seed, length_min=30.0))
    columns = {"peak_area": table["Volume"], "anchor": table["Anchor"] == "T"}
    return peaks(list(table.select("Name", "RT").iter_rows()), **columns), truth


def wrong_of_sure(rows: pl.DataFrame) -> float:
    sure = rows.filter(pl.col("confidence") >= SURE)
    assert sure.height >= 50
    return 1 - float(np.mean(sure["is_true"].to_numpy()))


def test_few_confident_rows_are_wrong_by_another_law_than_that_of_the_model() -> None:
    rows = [judged(*logistic(seed)) for seed in range(3)]

    assert wrong_of_sure(pl.concat(rows)) <= 0.02


def test_few_confident_rows_of_small_tables_are_wrong() -> None:
    random, tables = np.random.default_rng(0), [drawn(Variation(seed=seed)) for seed in range(8)]
    rows = []
    for number in range(160):
        table, truth = tables[number % len(tables)]
        chosen = np.sort(random.choice(table.height, int(random.integers(3, 13)), replace=False))
        rows.append(judged(table[chosen], truth[chosen]))
    found = pl.concat(rows)

    assert wrong_of_sure(found) <= 0.05
    recall = (found.filter("is_true")["call"] == "true").to_numpy().mean()
    assert recall >= 0.85


@pytest.mark.parametrize("law", ["porcine brain", "logistic"])
def test_few_rows_do_not_weaken_what_a_person_says_of_them(law: str) -> None:
    """All anchors of the logistic law are right, but anchors are never trusted further than usual.

    Where all rows are marked, the marks tell nothing (test_anchor_trust.py).
    """
    random, rows = np.random.default_rng(1), []
    tables = [drawn(Variation(seed=n)) if law != "logistic" else logistic(n) for n in range(6)]
    for number in range(90):
        table, truth = tables[number % len(tables)]
        chosen = np.sort(random.choice(table.height, 3, replace=False))
        marked = table[chosen]["anchor"]
        if not marked.all():
            rows.append(judged(table[chosen], truth[chosen]).filter(marked))
    anchors = pl.concat(rows)

    right = float(np.mean(anchors["is_true"].to_numpy()))
    assert anchors.height >= 30
    confidence = float(np.mean(anchors["confidence"].to_numpy()))
    assert confidence == pytest.approx(right, abs=1 - ANCHOR_IS_RIGHT)


def test_anchors_are_trusted_as_far_as_the_table_shows_them_right() -> None:
    rows = [
        judged(table.with_columns(anchor=pl.lit(value=True)), truth)
        for table, truth in (drawn(Variation(seed=seed)) for seed in range(3))
    ]

    assert wrong_of_sure(pl.concat(rows)) <= 0.02
