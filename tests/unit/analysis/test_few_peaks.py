"""What a table of a few peaks allows: predictions within its run, and fragments without parents."""

import numpy as np
import polars as pl
import pytest
from msgspec.structs import replace

from app.analysis.evidence.densities import log_normal
from app.analysis.evidence.explaining.mixture import (
    FRAGMENT_SHARE,
    HUMBLE_ROWS,
    LEAST_OVER_MEDIAN,
    SUGAR_SHIFT,
    Mixture,
    least_area,
)
from app.analysis.pipeline import analyze, run_rules
from tests.simulator import Variation
from tests.unit.analysis.tables import SETTINGS, peaks, simulated

# Six species of one gradient; GM3(40:1;O2) is expected near 13.5 min.
FEW = [
    *[("GM3(36:1;O2)", 10.6), ("GM3(38:1;O2)", 12.1), ("GM1(36:1;O2)", 10.1)],
    *[("GM1(38:1;O2)", 11.6), ("GM1(40:1;O2)", 13.0), ("GM2(36:1;O2)", 10.4)],
]


@pytest.mark.parametrize("factor", [0.05, 1.0, 60.0])
def test_a_lone_species_is_predicted_within_the_run(factor: float) -> None:
    """Before, nothing told the model where the run lies, so it predicted within hours."""
    table = peaks([("GM3(36:1;O2)", 10.6 * factor)])
    stretched = replace(SETTINGS, rt_tolerance_min=SETTINGS.rt_tolerance_min * factor)

    rows = analyze(table, stretched).rows

    widths = rows["interval_high_min"] - rows["interval_low_min"]
    assert widths.max() < 10 * factor  # type: ignore[operator]


def test_a_lone_anchor_is_likely_right() -> None:
    row = analyze(peaks([("GM3(36:1;O2)", 10.6)], anchor=[True]), SETTINGS).rows.row(0, named=True)

    assert row["call"] == "true"
    assert row["confidence"] > 0.7


def test_an_early_peak_is_more_likely_a_fragment_of_what_is_not_in_the_table() -> None:
    """Parents have more sugars, so they elute earlier than what loses sugars to their mass."""

    def confidence(off_min: float) -> float:
        name = "GM3(40:1;O2)"
        table = peaks([*FEW, (name, 13.5 + off_min)])
        row = analyze(table, SETTINGS).rows.filter(pl.col("name") == name).row(0, named=True)
        predicted = row["predicted_rt_min"]
        assert predicted == pytest.approx(13.5, abs=0.3)
        return float(row["confidence"])

    state = run_rules(peaks(FEW), SETTINGS)
    assert state.mixture is not None
    early, late = (
        state.mixture.unseen(
            state.arrays,
            np.arange(len(FEW)),
            state.arrays.time_min + later,
            np.full(len(FEW), 0.1),
        ).sum()
        for later in (0.3, -0.3)
    )
    assert early > 2 * late
    assert confidence(-0.3) < confidence(0.3)


def test_fragments_without_parents_do_not_count_as_explained() -> None:
    """In a cut of a table most fragments have lost their parents, so as many are expected still."""
    table = simulated(Variation(seed=1))
    random = np.random.default_rng(1)
    chosen = np.sort(random.choice(table.height, 30, replace=False))
    cut = table[chosen].with_columns(row=pl.int_range(1, 31, dtype=pl.UInt32))

    state = run_rules(cut, SETTINGS)

    assert state.mixture is not None
    explained = float(np.mean(state["p_fragment"] + state["p_virtual"]))
    assert state.mixture.unseen_share > FRAGMENT_SHARE - explained
    assert Mixture.of(state.arrays).unseen_share == FRAGMENT_SHARE


def test_fragments_of_missing_parents_are_large_enough_to_be_picked() -> None:
    """Their share is that of the peaks that are picked, which the smallest ones are not."""
    state = run_rules(peaks(FEW), SETTINGS)
    mixture, arrays = state.mixture, state.arrays
    assert mixture is not None
    parents_min = arrays.time_min + mixture.unseen_lead * arrays.time_scale
    step = 0.01
    picked = np.arange(mixture.least_area + step / 2, mixture.least_area + 10, step)

    densities = [
        mixture.unseen(
            replace(arrays, log_area=np.full(len(FEW), area)),
            np.arange(len(FEW)),
            parents_min,
            np.full(len(FEW), 0.1),
        )
        for area in picked
    ]

    at_their_time = np.exp(
        log_normal(np.zeros(1), 0.0, np.hypot(0.1, SUGAR_SHIFT * arrays.time_scale))
    )
    assert np.sum(densities, axis=0) * step == pytest.approx(
        np.full(len(FEW), mixture.unseen_share * at_their_time[0]), rel=1e-3
    )


def test_the_smallest_peak_shows_from_which_area_on_peaks_are_picked() -> None:
    names = [(f"GM3({carbons}:1;O2)", 10.0 + carbons) for carbons in range(30, 42)]
    areas = [1e6] * len(names)

    usual, with_small = (
        least_area(run_rules(peaks(names, peak_area=some), SETTINGS).arrays)
        for some in (areas, [1e3, *areas[1:]])
    )

    assert usual == pytest.approx(6 + LEAST_OVER_MEDIAN)
    assert with_small == pytest.approx(3)


def test_times_and_areas_of_few_rows_speak_in_full_against_a_label_alone() -> None:
    """The fit to a peak makes its own label look better than it is, never worse."""
    arrays = run_rules(peaks(FEW, anchor=[True] + [False] * 5), SETTINGS).arrays
    mixture, weight = Mixture.of(arrays), len(FEW) / (len(FEW) + HUMBLE_ROWS)

    against, nothing, in_favour = (
        mixture.weighed(arrays, np.full(len(FEW), log_odds)) for log_odds in (-4.0, 0.0, 4.0)
    )

    assert against[1:] == pytest.approx(-4)
    assert nothing[1:] == pytest.approx(0)
    assert in_favour[1:] == pytest.approx(4 * weight)
    of_mark = mixture.anchor_log_odds
    assert against[0] == pytest.approx(of_mark + weight * (-4 - of_mark))


def test_times_of_few_rows_may_lie_far_from_their_prediction() -> None:
    mixture = Mixture.of(run_rules(peaks(FEW), SETTINGS).arrays)
    off_min, sd = np.array([0.0, 0.4]), np.full(2, 0.1)
    step = np.full(40_001, 0.001)

    far = (mixture.log_time(off_min, np.zeros(2), sd) - log_normal(off_min, 0.0, sd))[1]
    many = replace(mixture, time_degrees=1e6).log_time(off_min, np.zeros(2), sd)

    assert far > 1
    assert many == pytest.approx(log_normal(off_min, 0.0, sd), abs=1e-3)
    anywhere = mixture.log_time(np.linspace(-20, 20, len(step)), 0 * step, 100 * step)
    assert np.exp(anywhere) @ step == pytest.approx(1, abs=1e-3)
