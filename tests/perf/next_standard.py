"""Which standard to buy: do those that are proposed tell more than random ones?

Simulated tables without anchors. Of their species some are bought: the first of the list, or
random ones. A standard shows which rows are its species: those become anchors, and nothing is left
to judge about the rows of that species, whether they are right or wrong. The Brier score is that
of all rows, and beside it that of rows whose species is bought neither way.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import polars as pl

from app.analysis.evidence.array_types import Array, Mask
from app.analysis.pipeline import analyze
from app.analysis.settings import AnalysisSettings
from app.analysis.targets import standards
from tests.analyses import standards_in
from tests.perf.accuracy import read_table
from tests.simulator import Simulated, Variation, simulate
from tests.simulator.cuts import cut

NUMBERS = (0, 1, 2, 4, 8, 16, 32)
DRAWS = 2
# Whole tables and cuts of so many rows, with few and with many peaks that are not their label.
TABLES = {
    "whole tables": (None, Variation(has_anchors=False)),
    "cuts of 60 rows": (60, Variation(has_anchors=False)),
    "cuts of 25 rows": (25, Variation(has_anchors=False)),
    "whole tables with much noise": (None, Variation(has_anchors=False, noise_min=0.08)),
    "whole tables, slope 0.4": (None, Variation(has_anchors=False, slope_min=0.4)),
}


Species = tuple[str, str | None]


class _Table(NamedTuple):
    """Peaks; which of them are their label, and are judged; and the species they could be of."""

    peaks: pl.DataFrame
    is_true: Mask
    is_judged: Mask
    could_be: list[frozenset[Species]]


def show(seeds: int) -> None:
    """Print the Brier scores by the number of standards, and how many random ones equal them."""
    standards.MOST_STANDARDS = 10_000
    print(
        "\nStandards in the order of the list, and random species of the table. The Brier score is"
    )
    print(
        "that of all rows; +- is the standard error of the paired difference. equal: so many random"
    )
    print(
        "ones have the same score. others: the score of rows whose species is bought neither way."
    )
    for title, (size, variation) in TABLES.items():
        print(f"\n{title}, mean of {seeds}")
        print(
            f"{'standards':>10}{'listed':>9}{'random':>9}{'+-':>8}{'equal':>7}"
            f"{'others listed':>15}{'random':>9}{'+-':>8}"
        )
        _print(np.array([_scores(variation, size, seed) for seed in range(seeds)]))


def _print(found: Array) -> None:
    """Lines of ``found`` (seeds; all or others; listed or random; numbers)."""
    means = found.mean(axis=0)
    off = (found[:, :, 0] - found[:, :, 1]).std(axis=0, ddof=1) / np.sqrt(len(found))
    for place, number in enumerate(NUMBERS):
        (listed, random), (listed_others, others) = means[:, :, place]
        equal = _equal(means[0, 1], listed) if number else "-"
        print(
            f"{number:10}{listed:9.4f}{random:9.4f}{off[0, place]:8.4f}{equal:>7}"
            f"{listed_others:15.4f}{others:9.4f}{off[1, place]:8.4f}"
        )


def _equal(random: Array, score: float) -> str:
    """The number of random standards at a score, between those that were tried."""
    falling = np.minimum.accumulate(random)
    if score < falling[-1]:
        return f">{NUMBERS[-1]}"
    return f"{np.interp(-score, -falling, NUMBERS):.1f}"


def _scores(variation: Variation, size: int | None, seed: int) -> Array:
    """Brier scores (all or others; listed or random; numbers) of a table."""
    random = np.random.default_rng(seed)
    whole = simulate(replace(variation, seed=seed))
    table = _table(whole if size is None else cut(whole, size, random))
    listed = _listed(standards_in(analyze(table.peaks, AnalysisSettings())))
    draws = [[listed[place] for place in random.permutation(len(listed))] for _ in range(DRAWS)]
    return np.array([_at(table, number, listed, draws) for number in NUMBERS]).transpose(1, 2, 0)


def _at(table: _Table, number: int, listed: list[Species], draws: list[list[Species]]) -> Array:
    """Brier scores (all or others, listed or random) with so many standards, over the draws."""
    first = listed[:number]
    errors = _errors(table, first)
    scores = []
    for draw in draws:
        both = np.array([errors, _errors(table, draw[:number])])
        either = _settled(table, first) | _settled(table, draw[:number])
        scores.append([both.mean(axis=1), both[:, ~either[table.is_judged]].mean(axis=1)])
    means: Array = np.array(scores).mean(axis=0)
    return means


def _errors(table: _Table, bought: list[Species]) -> Array:
    """The squared error of each row; none of rows that the standards settle."""
    settled = _settled(table, bought)
    anchors = pl.Series(settled & table.is_true)
    rows = analyze(table.peaks.with_columns(anchor=anchors), AnalysisSettings()).rows
    errors = (rows["confidence"].to_numpy() - table.is_true) ** 2
    left: Array = np.where(settled, 0.0, errors)[table.is_judged]
    return left


def _settled(table: _Table, bought: list[Species]) -> Mask:
    """The rows that the standards settle: a wrong label once each isomer of its name is known."""
    known = set(bought)
    return np.array([of <= known for of in table.could_be], dtype=np.bool_)


def _table(simulated: Simulated) -> _Table:
    truth = simulated.truth
    labels = zip(simulated.table["Name"], truth["isomer"], strict=True)
    return _Table(
        read_table(simulated.table),
        (truth["call"] == "true").to_numpy(),
        (truth["call"] != "invalid").to_numpy(),
        [_could_be(name, isomer) for name, isomer in labels],
    )


def _could_be(name: str, isomer: str | None) -> frozenset[Species]:
    """The species whose standards together settle a row."""
    isomers = (isomer,) if isomer or not name.startswith("GD1") else ("a", "b")
    return frozenset((name, each) for each in isomers)


def _listed(standards: pl.DataFrame) -> list[Species]:
    """The standards of a result as species of the truth; only GD1 has two isomers there."""
    plain = standards.with_columns(name=pl.col("species").str.replace("^GD1[ab]", "GD1"))
    words = {"early": "a", "late": "b"}
    listed = [
        (name, words.get(isomer, isomer or "a") if name.startswith("GD1") else None)
        for name, isomer in plain.select("name", "isomer").iter_rows()
    ]
    return list(dict.fromkeys(listed))
