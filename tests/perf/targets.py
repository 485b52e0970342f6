"""What to look for next: are missing species found, at their times, as likely as said?

Of simulated tables, a tenth of the species that are there is left out of the table. The targets of
the rest are compared with them, and with the shares by which the simulator draws its species.
"""

from dataclasses import replace

import numpy as np
import polars as pl

from app.analysis.evidence.array_types import Array, Mask
from app.analysis.example import porcine_brain as brain
from app.analysis.pipeline import analyze
from app.analysis.settings import AnalysisSettings
from tests.analyses import targets_in
from tests.perf.accuracy import read_table
from tests.simulator import Simulated, Variation, simulate

LEFT_OUT = 0.1
VARIATIONS = {
    "porcine brain": Variation(),
    "slope 0.4": Variation(slope_min=0.4),
    "noise 0.08": Variation(noise_min=0.08),
    "3 wrong anchors": Variation(wrong_anchors=3),
    "no anchors": Variation(has_anchors=False),
    "sigmoid warp 0.6 min": Variation(warp_min=0.6),
    "5 samples with drift": Variation(samples=5),
}


def show(seeds: int) -> None:
    """Print how many left-out species are targets, and how right times and probabilities are."""
    print(f"\nMissing species: {LEFT_OUT:.0%} of those of simulated tables left out, {seeds} seeds")
    print("inside: of those, in the 95 % interval; rank: the probability that one that was left")
    print("out is listed before one that never was there (0.5 by chance); likely: the mean")
    print(
        "probability of all targets, and the share of them that the simulator would draw. best is"
    )
    print("the rank that those shares would give, which no table shows.")
    print(
        f"{'':22}{'targets':>9}{'left out':>9}{'listed':>8}{'inside':>8}{'rank':>7}{'best':>6}"
        f"{'likely':>8}{'drawn':>7}"
    )
    for title, variation in VARIATIONS.items():
        parts = [_targets(replace(variation, seed=seed), seed) for seed in range(seeds)]
        _print(title, pl.concat([part for part, _ in parts]), sum(count for _, count in parts))


def _targets(variation: Variation, seed: int) -> tuple[pl.DataFrame, int]:
    """The targets, with the time of those that were left out, and how many were left out."""
    simulated, random = simulate(variation), np.random.default_rng(seed)
    table, gone = _without_some(simulated, random)
    found = targets_in(analyze(read_table(table), AnalysisSettings()))
    share = brain.species_table(brain.rt_36_min()).select("name", "share").unique()
    plain = pl.format("{}({}:{};O{})", "prefix", "carbons", "double_bonds", "hydroxyls")
    named = found.with_columns(name=plain).join(share, on="name", how="left")
    named = named.with_columns(share=1 - (1 - pl.col("share").fill_null(0)) ** variation.samples)
    return named.join(gone, on="name", how="left").with_columns(seed=pl.lit(seed)), gone.height


def _without_some(
    simulated: Simulated, random: np.random.Generator
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The table without all rows of some names, and the times of those that had one true row."""
    rows = simulated.table.with_row_index("row", offset=1).join(simulated.truth, on="row")
    true = (
        rows.filter(pl.col("call") == "true")
        .group_by("Name")
        .agg(pl.col("expected_rt_min").median(), isomers=pl.col("isomer").n_unique())
    )
    true = true.sort("Name")
    chosen = true.filter(pl.Series(random.random(true.height) < LEFT_OUT))
    table = simulated.table.filter(~pl.col("Name").is_in(chosen["Name"].to_list()))
    plain = chosen.filter(~pl.col("Name").str.starts_with("GD1"))  # with one isomer
    return table, plain.select(name="Name", expected_rt_min="expected_rt_min")


def _print(title: str, targets: pl.DataFrame, left_out: int) -> None:
    gone = targets.filter(pl.col("expected_rt_min").is_not_null())
    inside = pl.col("expected_rt_min").is_between("interval_low_min", "interval_high_min")
    is_gone = targets["expected_rt_min"].is_not_null().to_numpy()
    likely, drawn = (float(np.mean(targets[of].to_numpy())) for of in ("probability", "share"))
    by_table, by_law = (_rank(targets[of].to_numpy(), is_gone) for of in ("probability", "share"))
    print(
        f"{title:22}{targets.height:9}{left_out:9}{gone.height / max(left_out, 1):8.2f}"
        f"{float(gone.select(inside.mean()).item()):8.3f}"
        f"{by_table:7.2f}{by_law:6.2f}{likely:8.2f}{drawn:7.2f}"
    )


def _rank(probability: Array, is_gone: Mask) -> float:
    """The area under the ROC curve."""
    order = pl.Series(probability).rank().to_numpy()
    hits, others = int(is_gone.sum()), int((~is_gone).sum())
    return float((order[is_gone].sum() - hits * (hits + 1) / 2) / max(hits * others, 1))
