"""Two figures of simulated tables, whose truth is known: the residuals, and the confidence."""

from functools import cache

import numpy as np
import polars as pl

from app.analysis.pipeline import analyze
from app.analysis.settings import AnalysisSettings
from tests.figures.plot import BLUE, GREEN, GREY, INK, Plot, Range
from tests.simulator import Variation, simulate
from tests.unit.analysis.tables import peaks

TABLES = 20
# Harder than usual tables, because these leave more rows in doubt.
NOISE_MIN = 0.08
WIDEST_SD, BIN_SD = 8.0, 0.5
BINS = (0.1, 0.3, 0.5, 0.7, 0.9)


@cache
def _judged() -> pl.DataFrame:
    """The rows of all tables, with what they really are."""
    return pl.concat(_judged_table(seed) for seed in range(TABLES))


def _judged_table(seed: int) -> pl.DataFrame:
    simulated = simulate(Variation(seed=seed, noise_min=NOISE_MIN, has_anchors=False))
    table = simulated.table
    read = peaks(list(table.select("Name", "RT").iter_rows()), peak_area=table["Volume"])
    rows = analyze(read, AnalysisSettings()).rows
    found = rows.select("row", "studentised_residual", "confidence")
    return found.join(simulated.truth.select("row", truth="call"), on="row")


def residuals() -> str:
    """How far species and other peaks elute from their prediction, in standard deviations."""
    edges = np.arange(-WIDEST_SD, WIDEST_SD + BIN_SD / 2, BIN_SD)
    judged = _judged().drop_nulls("studentised_residual")
    species = judged.filter(truth="true")["studentised_residual"].to_numpy()
    others = judged.filter(pl.col("truth") != "true")["studentised_residual"].to_numpy()
    counts = [np.histogram(each, edges)[0] for each in (species, others)]
    plot = Plot(
        "Histogram of residuals: species lie within 2.5 standard deviations of the prediction, "
        "other peaks anywhere",
        Range("distance from the prediction (standard deviations)", -WIDEST_SD, WIDEST_SD),
        Range(f"peaks in {TABLES} simulated tables", 0, 1.05 * float(counts[0].max())),
    )
    for ink, heights, name in zip(
        (GREEN, GREY), counts, ("the label is right", "fragments and other peaks"), strict=True
    ):
        for left, height in zip(edges[:-1], heights, strict=True):
            plot.bar((left, left + BIN_SD), float(height), ink)
        plot.legend(name, ink)
    for threshold in (-2.5, 2.5):
        plot.line([(threshold, 0), (threshold, float(counts[0].max()))], INK, dashes="4 4")
    return plot.svg()


def confidence() -> str:
    """How often a label of a given confidence is right."""
    judged = _judged().drop_nulls("confidence")
    judged = judged.with_columns(bin=pl.Series(np.digitize(judged["confidence"], BINS)))
    bins = judged.group_by("bin").agg(
        pl.col("confidence").mean(), right=(pl.col("truth") == "true").mean(), n=pl.len()
    )
    plot = Plot(
        "Share of right labels against the confidence: the points lie near the diagonal",
        Range("confidence", 0, 1.02),
        Range("share of labels that are right", 0, 1.08),
    )
    plot.line([(0, 0), (1, 1)], INK, dashes="4 4")
    for x, y, n in bins.sort("confidence").select("confidence", "right", "n").iter_rows():
        plot.points([(x, y)], BLUE, r=5)
        plot.text(x, y + 0.05, f"{n:,}", end=x > 0.9)
    plot.legend("rows whose confidence is within 0-0.1, 0.1-0.3, ... 0.9-1, and their number", BLUE)
    return plot.svg()
