"""Which standard to buy: do anchors that were chosen tell more than random ones?

Simulated tables without anchors. Of the species that they have, some become anchors: the first of
those that the run without anchors would buy, or random ones. The Brier score is that of rows that
are anchors in neither; the error is that of the law at all labels, against the time without noise
at which the simulator has them elute.
"""

from typing import NamedTuple

import numpy as np
import polars as pl

from app.analysis.evidence.array_types import Array, Mask
from app.analysis.pipeline import analyze
from app.analysis.settings import AnalysisSettings
from app.analysis.targets import standards
from tests.perf.accuracy import read_table
from tests.simulator import Simulated, Variation, simulate
from tests.simulator.cuts import cut

NUMBERS = (0, 1, 2, 4, 8, 16)
DRAWS = 3
# Whole tables and cuts of so many rows.
SIZES = (None, 60)


class _Table(NamedTuple):
    """Peaks, which of them are what their label says, and the expected time of each label."""

    peaks: pl.DataFrame
    is_true: Mask
    expected_min: Array


def show(seeds: int) -> None:
    """Print Brier score and error by the number of anchors, chosen and random."""
    standards.MOST_STANDARDS = 4 * max(NUMBERS)  # some of them are not in the table
    for size in SIZES:
        rows = "whole tables" if size is None else f"cuts of {size} rows"
        print(f"\nAnchors that were chosen, and random ones: {rows}, mean of {seeds}")
        print(
            f"{'anchors':>8}{'Brier chosen':>14}{'random':>8}{'error chosen':>14}{'random':>8} min"
        )
        found = np.array([_scores(seed, size) for seed in range(seeds)])
        for number, means in zip(NUMBERS, found.mean(axis=0), strict=True):
            brier, error = means[:, 0], np.sqrt(means[:, 1])
            print(f"{number:8}{brier[0]:14.4f}{brier[1]:8.4f}{error[0]:14.4f}{error[1]:8.4f}")


def _scores(seed: int, size: int | None) -> Array:
    """Brier score and squared error (numbers, chosen or random, 2) of a table."""
    random = np.random.default_rng(seed)
    whole = simulate(Variation(has_anchors=False, seed=seed))
    table = _table(whole if size is None else cut(whole, size, random))
    chosen = _chosen(table)
    true = table.peaks["row"].to_numpy()[table.is_true]
    draws = [random.permutation(true).tolist() for _ in range(DRAWS)]
    return np.array(
        [np.mean([_pair(table, n, chosen, draw) for draw in draws], 0) for n in NUMBERS]
    )


def _table(simulated: Simulated) -> _Table:
    truth = simulated.truth
    return _Table(
        read_table(simulated.table),
        (truth["call"] == "true").to_numpy(),
        truth["expected_rt_min"].to_numpy(),
    )


def _chosen(table: _Table) -> list[int]:
    """The rows of the standards that a run without anchors would buy, in their order."""
    bought = analyze(table.peaks, AnalysisSettings()).standards["species"]
    plain = dict.fromkeys(bought.str.replace("^GD1[ab]", "GD1"))
    true = table.peaks.filter(pl.Series(table.is_true))
    by_name = dict(true.select("name", "row").reverse().iter_rows())
    return [by_name[name] for name in plain if name in by_name]


def _pair(table: _Table, number: int, chosen: list[int], draw: list[int]) -> Array:
    """The scores with so many chosen anchors, and with random ones, over the same rows."""
    both = {*chosen[:number], *draw[:number]}
    return np.array([_score(table, anchors[:number], both) for anchors in (chosen, draw)])


def _score(table: _Table, anchors: list[int], left_out: set[int]) -> tuple[float, float]:
    marked = table.peaks.with_columns(anchor=pl.col("row").is_in(anchors))
    rows = analyze(marked, AnalysisSettings()).rows
    counted = rows.select(~pl.col("row").is_in(left_out) & (pl.col("call") != "invalid"))
    which = counted.to_series().to_numpy()
    brier = np.mean((rows["confidence"].to_numpy() - table.is_true)[which] ** 2)
    off = (rows["predicted_rt_min"].to_numpy() - table.expected_min)[which & table.is_true]
    return float(brier), float(np.nanmean(off**2))
