"""Whether the probability that a class has the name of another is as often right as it says.

One table in a hundred has such an error, as the analysis supposes
(app/analysis/state/doubts/class_names.py), and which one is drawn by its prior. Fragments are left
out, so that the times of the classes alone decide.
"""

import numpy as np
import polars as pl

from app.analysis.evidence.array_types import Array
from app.analysis.pipeline import run_rules
from app.analysis.settings import AnalysisSettings
from app.analysis.state.doubts.class_names import Renamed, other_names
from tests.perf.accuracy_classes import peaks_of, with_names
from tests.simulator import Variation, simulate
from tests.simulator.logistic import Gradient, draw

# Sound tables of each law, and those of them of which every error is tried.
FIRST_SEED, SOUND, TRIED = 600, 40, 4
EDGES = (0.0, 1e-4, 2e-4, 5e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 1.01)


def show_class_names() -> None:
    """Print how often classes have another name, by the probability that the analysis states."""
    print(
        f"\nOther names of classes, by times alone: {SOUND} sound tables of each law, and all "
        f"errors\nof {TRIED} of them with their prior; stated and real share of wrong classes"
    )
    print(f"{'':16}{'stated from':>12}{'classes':>9}{'in sound':>9}{'stated':>10}{'wrong':>10}")
    seeds = range(FIRST_SEED, FIRST_SEED + SOUND)
    for law, table_of in (("porcine brain", _of_brain), ("second law", _of_second_law)):
        found = [_judged(table_of(seed), with_errors=seed < FIRST_SEED + TRIED) for seed in seeds]
        _print_bins(law, np.concatenate(found))


def _of_brain(seed: int) -> pl.DataFrame:
    simulated = simulate(Variation(seed=seed))
    return peaks_of(simulated.table.filter(simulated.truth["call"] != "fragment"))


def _of_second_law(seed: int) -> pl.DataFrame:
    table, truth = draw(Gradient(seed=seed))
    return peaks_of(table.filter(truth["call"] != "fragment"))


def _judged(table: pl.DataFrame, *, with_errors: bool) -> Array:
    """Each class of a table and of its errors: stated probability, whether wrong, its weight."""
    classes = tuple(sorted(set(table["name"].str.slice(0, len("GM1")))))
    others, prior = other_names(classes, frozenset())
    cases: list[tuple[Renamed, float]] = [({}, (1 - prior.sum()) / SOUND)]
    if with_errors:
        cases += zip(others, prior / TRIED, strict=True)
    rows = []
    for other, weight in cases:
        state = run_rules(with_names(table, other), AnalysisSettings())
        rows += [
            (1 - right, name in other.values(), weight)
            for name, right in state.class_probability.items()
        ]
    return np.array(rows, dtype=np.float64).reshape(-1, 3)


def _print_bins(law: str, found: Array) -> None:
    stated, is_wrong, weight = found.T
    bins = np.digitize(stated, EDGES) - 1
    for place in np.unique(bins):
        own = bins == place
        means = [np.average(values[own], weights=weight[own]) for values in (stated, is_wrong)]
        is_sound = own & (weight > 1 / (2 * SOUND))
        counts = f"{own.sum():9}{is_sound.sum():9}"
        print(f"{law:16}{EDGES[place]:12.4f}{counts}" + "".join(f"{mean:10.5f}" for mean in means))
