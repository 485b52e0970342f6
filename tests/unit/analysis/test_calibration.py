"""How the accuracy bench measures calibration."""

import numpy as np

from tests.perf.accuracy import calibration_error, calibration_error_by_chance


def test_exact_confidences_show_the_error_of_chance_alone() -> None:
    random = np.random.default_rng(0)
    confidence = random.random(60)

    errors = [calibration_error(confidence, random.random(60) < confidence) for _ in range(400)]

    assert 0.07 < np.mean(errors) < 0.13
    assert abs(calibration_error_by_chance(confidence) / np.mean(errors) - 1) < 0.1


def test_confidences_that_are_too_high_show_more_than_chance() -> None:
    confidence, is_true = np.full(400, 0.95), np.arange(400) % 2 == 0

    assert abs(calibration_error(confidence, is_true) - 0.45) < 1e-9
    assert calibration_error_by_chance(confidence) < 0.01
