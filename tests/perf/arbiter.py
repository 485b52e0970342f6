"""Two programs on one run: are seeded disagreements judged right, and as surely as said?

Tables are simulated by the two laws of the simulator, with and without m/z. Each disagreement has
a program that is right, or neither. Goal: at least 90 % of them judged right.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import polars as pl

from app.analysis.arbiter.annotations import annotations
from app.analysis.arbiter.judgements import UNDECIDED, judge
from app.analysis.arbiter.matching import match
from app.analysis.arbiter.readings import Titles, readings
from app.analysis.evidence.array_types import Array, Mask
from app.analysis.names.name_table import parse_names
from app.analysis.pipeline import analyze
from app.analysis.settings import AnalysisSettings
from tests.perf.accuracy import calibration_error, calibration_error_by_chance, read_table
from tests.simulator import Simulated, Variation, simulate
from tests.simulator.logistic import Gradient, draw
from tests.simulator.two_programs import TwoPrograms, two_programs

SURE = 0.9
VARIATIONS = {
    "porcine brain": Variation(),
    "slope 0.4": Variation(slope_min=0.4),
    "noise 0.08": Variation(noise_min=0.08),
    "3 wrong anchors": Variation(wrong_anchors=3),
    "no anchors": Variation(has_anchors=False),
    "sigmoid warp 0.6 min": Variation(warp_min=0.6),
    "25 % missing parents": Variation(missing_parents=0.25),
    "times x 8": Variation(time_scale=8),
}
GRADIENTS = {"second law": Gradient(), "second law, 60 min": Gradient(length_min=60.0)}


def show(seeds: int) -> None:
    """Print how the seeded disagreements of each kind of table are judged."""
    print(f"\nTwo programs on one run, {seeds} seeds. seeded: disagreements; found: both rows of a")
    print("seeded peak side by side. Judged right, not decided and judged wrong are shares of the")
    print(
        f"seeded ones; sure: those with a probability of {SURE} or more, and how many of them are"
    )
    print("wrong. ECE is that of the likeliest outcome of seeded ones and of all peaks; exact")
    print("probabilities would show that of `chance`.")
    print(
        f"{'':34}{'seeded':>7}{'found':>8}{'right':>8}{'open':>7}{'wrong':>7}"
        f"{'sure':>7}{'wrong':>7}{'ECE':>7}{'chance':>7}{'all':>7}"
    )
    judged = {title: _all(of_seed, seeds) for title, of_seed in _tables().items()}
    for title, peaks in judged.items():
        _print(title, peaks)
    together = pl.concat(judged.values())
    _print("all of these", together)
    print("By the kind of disagreement:")
    for (kind,), peaks in together.drop_nulls("kind").group_by("kind", maintain_order=True):
        _print(f"  {kind}", peaks)


def _tables() -> dict[str, Callable[[int], tuple[Simulated, bool]]]:
    laws: dict[str, Callable[[int], Simulated]] = {}
    laws |= {title: partial(_varied, variation) for title, variation in VARIATIONS.items()}
    laws |= {title: partial(_second_law, gradient) for title, gradient in GRADIENTS.items()}
    return {
        f"{title}{', m/z' if has_mz else ''}": partial(_with_mz, law, has_mz=has_mz)
        for title, law in laws.items()
        for has_mz in (False, True)
    }


def _varied(variation: Variation, seed: int) -> Simulated:
    return simulate(replace(variation, seed=seed))


def _second_law(gradient: Gradient, seed: int) -> Simulated:
    return Simulated(*draw(replace(gradient, seed=seed)))


def _with_mz(law: Callable[[int], Simulated], seed: int, *, has_mz: bool) -> tuple[Simulated, bool]:
    return law(seed), has_mz


def _all(of_seed: Callable[[int], tuple[Simulated, bool]], seeds: int) -> pl.DataFrame:
    parts = []
    for seed in range(seeds):
        simulated, has_mz = of_seed(seed)
        parts.append(judged_peaks(two_programs(simulated, seed, has_mz=has_mz)))
    return pl.concat(parts)


def judged_peaks(programs: TwoPrograms) -> pl.DataFrame:
    """The peaks of the truth with the judgement of each, null where they were not matched so."""
    one, other = (annotations_of(table) for table in (programs.first, programs.second))
    settings = AnalysisSettings()
    matched = match(one, other, settings.rt_tolerance_min, settings.mz_tolerance_ppm)
    table = readings(matched, Titles("one", "other"))
    judged = judge(table, analyze(read_table(table), settings).rows)
    first, second = (
        pl.col(f"rows_{side}").str.split("+").list.first().cast(pl.UInt32, strict=False)
        for side in ("first", "second")
    )
    judged = judged.select(
        "judgement", "likeliest", "probability", row_first=first, row_second=second
    )
    return programs.truth.join(judged, on=["row_first", "row_second"], how="left", nulls_equal=True)


def annotations_of(table: pl.DataFrame) -> pl.DataFrame:
    """The annotations of a table as a user uploads it."""
    peaks = read_table(table)
    parsed = parse_names(peaks["name"].drop_nulls().unique().to_list())
    named = peaks.join(
        parsed.select("name", "species", "molecular_name"),
        on="name",
        how="left",
        maintain_order="left",
    )
    return annotations(named.with_columns(evidence_level="evidence").lazy())


def _print(title: str, peaks: pl.DataFrame) -> None:
    seeded = peaks.drop_nulls("kind")
    found = seeded.drop_nulls("judgement")
    total = max(seeded.height, 1)
    right, undecided = pl.col("judgement") == pl.col("right"), pl.col("judgement") == UNDECIDED
    sure = found.filter(pl.col("probability") >= SURE)
    counts = [
        seeded.height,
        100 * found.height / total,
        100 * found.filter(right).height / total,
        100 * found.filter(undecided).height / total,
        100 * found.filter(~right & ~undecided).height / total,
        100 * sure.height / total,
        100 * sure.filter(pl.col("likeliest") != pl.col("right")).height / max(sure.height, 1),
    ]
    line = f"{title:34}{counts[0]:7}{counts[1]:8.1f}{counts[2]:8.1f}"
    line += "".join(f"{each:7.1f}" for each in counts[3:])
    print(line + "".join(f"{each:7.3f}" for each in _errors(found, peaks)))


def _errors(seeded: pl.DataFrame, peaks: pl.DataFrame) -> tuple[float, float, float]:
    """The calibration error of seeded disagreements, by chance, and of all peaks."""
    of_all = peaks.drop_nulls("judgement")
    outcomes, all_outcomes = _outcome(seeded), _outcome(of_all)
    return (
        calibration_error(*outcomes),
        calibration_error_by_chance(outcomes[0]),
        calibration_error(*all_outcomes),
    )


def _outcome(peaks: pl.DataFrame) -> tuple[Array, Mask]:
    is_right: Mask = (peaks["likeliest"] == peaks["right"]).to_numpy()
    return peaks["probability"].to_numpy(), is_right
