"""What the times and fragments of classes say of their names, against sums done at length."""

import numpy as np
import pytest

from app.analysis.evidence.classes.class_pairs import log_odds
from app.analysis.evidence.classes.class_times import (
    MEAN_SD_MIN,
    SCATTER_MIN,
    UNKNOWN,
    USUAL,
    log_evidence,
)

# GM3, GM1, GD1, GT1: sialic acids and neutral sugars.
SUGARS = np.array([[1, 2], [1, 4], [2, 4], [3, 4]])
TIMES_MIN = np.array([10.6, 10.1, 9.4, 8.7])


def at_length(times_min: np.ndarray, variances: np.ndarray, sugars: np.ndarray) -> float:
    """The density of the times as a mixture of normal distributions of all classes."""
    x = np.column_stack([np.ones(len(times_min)), sugars])
    off = times_min - times_min.mean()
    found = []
    for share, mean, sd in (USUAL, UNKNOWN):
        left = off - sugars @ np.array(mean)
        for scatter in SCATTER_MIN:
            of_effects = x @ np.diag(np.square([MEAN_SD_MIN, *sd])) @ x.T
            covariance = of_effects + np.diag(variances + scatter**2)
            misfit = left @ np.linalg.inv(covariance) @ left
            found.append(share * np.exp(-misfit / 2) / np.sqrt(np.linalg.det(covariance)))
    return float(np.log(sum(found)))


def test_the_evidence_of_times_is_that_of_normal_distributions() -> None:
    exchanged = SUGARS[[0, 3, 2, 1]]
    variances = np.array([0.001, 0.002, 0.0005, 0.03])
    found = log_evidence(TIMES_MIN, variances, np.stack([SUGARS, exchanged]), has_usual_sugars=True)
    apart = at_length(TIMES_MIN, variances, SUGARS) - at_length(TIMES_MIN, variances, exchanged)
    assert found[0] - found[1] == pytest.approx(apart, abs=1e-6)
    assert apart > 3


def test_a_shift_of_all_times_says_nothing() -> None:
    both = np.stack([SUGARS, SUGARS[::-1]])
    found = [
        log_evidence(TIMES_MIN + shift, np.full(4, 0.001), both, has_usual_sugars=True)
        for shift in (0.0, 25.0)
    ]
    assert found[0] == pytest.approx(found[1])


def test_pairs_speak_for_a_naming_as_far_as_more_fit_it_than_the_other() -> None:
    fits, misfits = np.array([0.0, 3.0, 12.0, 12.0, 1.0]), np.array([0.0, 0.0, 0.0, 12.0, 5.0])
    none, few, many, even, against = log_odds(fits[:, None], misfits[:, None])
    assert none == even == 0
    assert 2 < few < many < 7
    assert against < -2


def test_pairs_of_several_kinds_say_more_than_as_many_of_one() -> None:
    """What makes one pair of two classes misleading repeats in others of these two classes."""
    one, several = (
        log_odds(np.array([fits]), np.zeros((1, 4)))[0]
        for fits in ((12.0, 0, 0, 0), (3.0, 3.0, 3.0, 3.0))
    )
    of_one, of_five = (log_odds(np.array([[fits]]), np.zeros((1, 1)))[0] for fits in (1.0, 5.0))
    assert several > 1.5 * one
    # The ratio of two beta functions.
    assert of_one == pytest.approx(np.log(4))
    assert of_five == pytest.approx(np.log(6 * 7 * 8 / 6))
