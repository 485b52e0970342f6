"""The number of the first case that is true of a peak."""

import numpy as np

from app.analysis.state.analysis_state import first_true_case


def test_a_peak_has_the_number_of_its_first_true_case_or_of_all_cases() -> None:
    first, second = np.array([True, False, True, False]), np.array([True, True, False, False])
    assert first_true_case(first, second).tolist() == [0, 1, 0, 2]
    assert first.tolist() == [True, False, True, False], "the cases stay as they are"
