"""The drift of samples."""

import numpy as np
import pytest

from tests.unit.analysis.tables import initial_state, prefix_rows


def test_the_drift_of_a_sample_is_removed() -> None:
    rows = prefix_rows("GM3", 10.6) + prefix_rows("GM1", 10.1)
    shifts = {"A": 0.0, "B": 0.3, "C": -0.1}
    table = [(name, rt + shift) for shift in shifts.values() for name, rt in rows]
    samples = np.repeat(list(shifts), len(rows))

    arrays = initial_state(table, sample=samples).arrays

    drift = arrays.rt_min - arrays.time_min
    a, b, c = (drift[arrays.sample == number] for number in range(3))
    assert b - a == pytest.approx(0.3)
    assert c - a == pytest.approx(-0.1)
