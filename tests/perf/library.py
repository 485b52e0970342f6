"""What a retention library is worth, and whether it is refused where the column differs."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl

from app.analysis.library.law import RetentionLaw
from app.analysis.library.law_of_run import law_of
from app.analysis.pipeline import run_rules
from app.analysis.settings import AnalysisSettings
from tests.perf import library_peer
from tests.perf.accuracy import Scores, analyzed, read_table, scores_of
from tests.simulator import Simulated, Variation, simulate
from tests.simulator.cuts import cut
from tests.simulator.logistic import Gradient, draw

# The seed of the run that the library is made of, which no other run has.
LIBRARY_SEED = 100_000
FEW, MANY = 3, 20
# Runs of the same column: the gradient, the noise and what is in the sample may differ.
SAME_COLUMN = {
    "same gradient": Variation(),
    "1.3 times as long": Variation(time_scale=1.3),
    "8 times as long": Variation(time_scale=8.0),
    "sigmoid warp 0.6 min": Variation(warp_min=0.6),
    "plateau 0.8 min": Variation(warp_min=0.8, warp_width_min=0.3),
    "warp, noise 0.06": Variation(warp_min=0.6, noise_min=0.06),
    "warp, new prefixes": Variation(warp_min=0.6, has_neugc=True, has_unseen_prefixes=True),
    "warp, parents missing": Variation(warp_min=0.6, missing_parents=0.25),
    "warp, outliers anywhere": Variation(warp_min=0.6, outliers_anywhere=True),
}
OTHER_COLUMN = {
    "0.4 min per carbon": Variation(slope_min=0.4),
    "1.0 min per carbon": Variation(slope_min=1.0, warp_min=0.6),
    "classes moved, SD 0.2": Variation(class_shift_min=0.2),
    "classes moved, warp": Variation(class_shift_min=0.3, warp_min=0.6),
    "double bond + 0.3 min": Variation(double_bond_min=0.3),
    "double bond - 0.3, warp": Variation(double_bond_min=-0.3, warp_min=0.6),
    "classes reversed": Variation(has_reversed_classes=True),
    "HILIC": Variation(slope_min=0.15, has_reversed_classes=True),
}
SMALL = 40


class Judged(NamedTuple):
    """The scores of a run, and why the library was not used."""

    scores: Scores
    refusal: str | None


def show(seeds: int, peer: Path | None) -> None:
    """Print the scores with few and many anchors and with the library, and count refusals.

    ``peer`` is the program rt-anchor, if it is installed.
    """
    law = library_law()
    _show_worth(law, seeds)
    _show_refusals(law, seeds)
    library_peer.show(law, library_run(), seeds, peer)


def library_run() -> Simulated:
    """The run that the library is made of."""
    return simulate(Variation(seed=LIBRARY_SEED))


def library_law() -> RetentionLaw:
    """The law of a simulated run with all its anchors."""
    state = run_rules(read_table(library_run().table), AnalysisSettings())
    if state.model is None:
        raise AssertionError("No model was fitted.")
    return law_of(state.model, state.arrays.time_scale)


def with_anchors(simulated: Simulated, number: int, seed: int) -> Simulated:
    """The same with this many of its anchors, chosen at random."""
    marked = np.flatnonzero((simulated.table["Anchor"] == "T").to_numpy())
    random = np.random.default_rng(seed)
    kept = random.choice(marked, min(number, len(marked)), replace=False)
    is_kept = np.isin(np.arange(simulated.table.height), kept)
    anchors = pl.Series("Anchor", np.where(is_kept, "T", "F"))
    return Simulated(simulated.table.with_columns(anchors), simulated.truth)


def judge(simulated: Simulated, law: RetentionLaw | None) -> Judged:
    """Analyze a table with a library or without."""
    analysis = analyzed(simulated.table, law)
    truth = simulated.truth.select("row", call_truth="call")
    joined = analysis.rows.join(truth, on="row", maintain_order="left")
    joined = joined.with_columns(expected_fdr=pl.lit(analysis.false_discovery_rate, pl.Float64))
    use = analysis.library_use
    return Judged(scores_of(joined), None if use is None else use.refusal)


def _show_worth(law: RetentionLaw, seeds: int) -> None:
    print(f"\nA retention library, mean of {seeds} seeds: macro-F1 and Brier score")
    ways = ((FEW, None), (MANY, None), (0, law), (FEW, law))
    titles = ["3 anchors", "20 anchors", "library", "3 + library"]
    print(f"{'':26}" + "".join(f"{title:>18}" for title in titles))
    tables = {title: ("whole", variation) for title, variation in SAME_COLUMN.items()}
    tables[f"warp, cuts of {SMALL} rows"] = ("cut", Variation(warp_min=0.6))
    for title, (kind, variation) in tables.items():
        found = [
            _scores_of_ways(kind, replace(variation, seed=seed), ways) for seed in range(seeds)
        ]
        means = np.mean(found, axis=0)
        print(f"{title:26}" + "".join(f"{f1:11.3f} {brier:6.4f}" for f1, brier in means))


def _scores_of_ways(
    kind: str, variation: Variation, ways: tuple[tuple[int, RetentionLaw | None], ...]
) -> list[tuple[float, float]]:
    simulated = simulate(variation)
    if kind == "cut":
        simulated = cut(simulated, SMALL, np.random.default_rng(variation.seed))
    judged = [judge(with_anchors(simulated, few, variation.seed), law) for few, law in ways]
    return [(each.scores.macro_f1, each.scores.brier) for each in judged]


def _show_refusals(law: RetentionLaw, seeds: int) -> None:
    print("\nRuns whose library was refused")
    for title, tables in (("same column", SAME_COLUMN), ("other column", OTHER_COLUMN)):
        total = 0
        for name, variation in tables.items():
            refused = list(filter(None, _refusals(law, variation, seeds)))
            total += len(refused)
            print(f"{title:14}{name:26}{len(refused):5} of {seeds}   {(refused or [''])[0][:110]}")
        print(f"{title:14}{'all':26}{total:5} of {seeds * len(tables)}")
    of_second = [judge(_second_law(seed), law).refusal for seed in range(seeds)]
    print(f"{'other column':14}{'second law':26}{sum(map(bool, of_second)):5} of {seeds}")


def _refusals(law: RetentionLaw, variation: Variation, seeds: int) -> Iterator[str | None]:
    for seed in range(seeds):
        drawn = simulate(replace(variation, seed=seed, column=seed))
        yield judge(with_anchors(drawn, FEW, seed), law).refusal


def _second_law(seed: int) -> Simulated:
    return Simulated(*draw(Gradient(seed=seed)))
