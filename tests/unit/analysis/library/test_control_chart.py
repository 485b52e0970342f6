"""Control charts of the runs of a method."""

import pytest

from app.analysis.library.control_chart import LEAST_RUNS, control_chart
from app.analysis.library.run_charts import trouble_of_last

STEADY = (0.0, 0.1, 0.0, 0.1, 0.0)


def test_limits_are_the_mean_and_the_moving_range_of_the_runs_before() -> None:
    *first, last = control_chart([*STEADY, 0.3], resolution=0.01)

    assert all(point.low is None and not point.is_out for point in first)
    assert last.mean == pytest.approx(0.04)
    assert last.high == pytest.approx(0.04 + 2.66 * 0.1)
    assert last.low == pytest.approx(0.04 - 2.66 * 0.1)
    assert not last.is_out


def test_a_run_out_of_control_does_not_widen_the_limits_of_the_next() -> None:
    points = control_chart([*STEADY, 5.0, 5.0, 0.1], resolution=0.01)

    assert [point.is_out for point in points[LEAST_RUNS:]] == [True, True, False]
    assert points[-1].high == pytest.approx(0.04 + 2.66 * 0.1)


def test_a_run_without_a_value_is_in_no_limit_and_never_out() -> None:
    points = control_chart([None, *STEADY, None, 0.05], resolution=0.01)

    assert not any(point.is_out for point in points)
    assert points[-2].value is None
    assert points[-1].mean == pytest.approx(0.04)


@pytest.mark.parametrize("value", [0.9997223877370776, 45 / 49, 0.1 + 0.2])
def test_runs_that_are_alike_are_in_control(value: float) -> None:
    points = control_chart([value] * 12, resolution=0.0005)

    assert not any(point.is_out for point in points)
    assert points[-1].high == pytest.approx(value + 0.0005)
    assert control_chart([*[value] * 12, value + 0.0006], resolution=0.0005)[-1].is_out


@pytest.mark.parametrize(
    ("refusal", "trouble"),
    [
        ("About 3 peaks can be compared with the library; it takes 8 to tell that.", ""),
        ("The column seems to differ: GM1 elutes 0.3 min later than the library says.", "differ"),
    ],
)
def test_only_a_run_of_another_column_is_out_of_control(refusal: str, trouble: str) -> None:
    found = trouble_of_last([{"version": 1, "refusal": refusal}])

    assert trouble in found
    assert bool(found) == bool(trouble)
