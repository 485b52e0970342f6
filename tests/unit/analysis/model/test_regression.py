"""The regression finds what is there, whatever a few wrong points say."""

import numpy as np
import pytest
from msgspec.structs import replace

from app.analysis.evidence.array_types import Array
from app.analysis.model.least_squares.normal_equations import symmetric_inverse
from app.analysis.model.least_squares.regression import Priors, fit


def priors(coefficients: int, pooled: int = 0) -> Priors:
    """Wide priors, the last coefficients pooled with a prior spread of 0.05."""
    return Priors(
        mean=np.zeros(coefficients),
        sd=np.full(coefficients, 1e3),
        pool=np.array([-1] * (coefficients - pooled) + [0] * pooled),
        pool_sd=np.array([0.05]),
        noise_sd=0.05,
    )


def line(n: int, noise_sd: float, seed: int = 1) -> tuple[Array, Array]:
    random = np.random.default_rng(seed)
    x = np.column_stack([np.ones(n), np.linspace(-4, 4, n)])
    return x, x @ [10.0, 0.7] + random.normal(0, noise_sd, n)


def test_a_line_and_its_noise_are_found() -> None:
    x, y = line(400, 0.1)

    found = fit(x, y, np.ones(400), priors(2))

    assert found.coefficients == pytest.approx([10.0, 0.7], abs=0.02)
    assert found.noise_sd == pytest.approx(0.1, rel=0.12)


def test_wrong_points_do_not_bend_the_line() -> None:
    x, y = line(40, 0.03)
    y[-6:] += 5.0

    found = fit(x, y, np.ones(40), priors(2))

    assert found.coefficients == pytest.approx([10.0, 0.7], abs=0.05)
    assert (found.weights[-6:] < 0.05).all()


def test_the_left_out_residual_is_that_of_a_fit_without_the_point() -> None:
    x, y = line(12, 0.05)
    kept = np.arange(12) != 3

    with_all = fit(x, y, np.ones(12), priors(2))
    # The same weights and noise, so that the point alone is missing.
    w = with_all.weights[kept]
    beta = np.linalg.solve((x[kept].T * w) @ x[kept], (x[kept].T * w) @ y[kept])

    assert with_all.left_out()[3] == pytest.approx(y[3] - x[3] @ beta, rel=1e-3)


def test_a_group_with_one_point_is_drawn_to_the_others() -> None:
    random = np.random.default_rng(2)
    group = np.repeat(np.arange(9), 20)[: 8 * 20 + 1]
    truth = np.append(random.normal(0, 0.05, 8), 0.0)
    y = 3.0 + truth[group] + random.normal(0, 0.05, len(group))
    y[-1] = 3.3
    x = np.column_stack([np.ones(len(group)), group[:, None] == np.arange(9)]).astype(float)

    found = fit(x, y, np.ones(len(y)), priors(10, pooled=9))

    assert 0 < found.coefficients[-1] < 0.2


def test_groups_of_rows_are_fitted_as_any_other_columns_are() -> None:
    random = np.random.default_rng(4)
    level = random.integers(0, 8, 90)
    # The last group has no row. Each has a constant and a slope of its own.
    x = np.column_stack(
        [np.ones(90), random.normal(0, 2, (90, 60)), level[:, None] == np.arange(9)]
    )
    x = np.column_stack([x, x[:, 1:2] * x[:, 61:]])
    y = x[:, :2] @ [10.0, 0.7] + random.normal(0, 0.1, 9)[level] + random.normal(0, 0.05, 90)
    known = priors(79, pooled=78)

    alike, grouped = (
        fit(x, y, np.ones(90), replace(known, row_groups=groups))
        for groups in (known.row_groups, np.column_stack([np.arange(61, 70), np.arange(70, 79)]))
    )

    for name in ("coefficients", "covariance", "variance", "leverage", "residuals", "pool_sd"):
        np.testing.assert_allclose(getattr(grouped, name), getattr(alike, name), atol=1e-8)
    assert grouped.coefficients[69] == grouped.coefficients[78] == 0
    mean, sd = grouped.predict(x)
    np.testing.assert_allclose(mean, y - grouped.residuals)
    np.testing.assert_allclose(sd**2, grouped.variance + grouped.noise_sd**2)


def test_a_matrix_is_inverted_by_halves() -> None:
    rows = np.random.default_rng(5).normal(0, 1, (300, 130))

    inverse = symmetric_inverse(rows.T @ rows)

    np.testing.assert_allclose(inverse, np.linalg.inv(rows.T @ rows), rtol=1e-9, atol=1e-12)


def test_new_points_fall_into_their_intervals_as_often_as_they_should() -> None:
    inside = []
    for seed in range(60):
        x, y = line(25, 0.1, seed)
        found = fit(x[:-1], y[:-1], np.ones(24), priors(2))
        mean, sd = found.predict(x[-1:])
        inside.append(abs(y[-1] - mean[0]) <= 1.96 * sd[0])
    assert 0.88 <= np.mean(inside) <= 1.0


def test_a_row_of_little_weight_is_left_out_at_little_cost() -> None:
    x, y = line(12, 0.05)
    weights = np.where(np.arange(12) == 3, 0.01, 1.0)

    found = fit(x, y, weights, priors(2))
    kept = np.arange(12) != 3
    without = fit(x[kept], y[kept], weights[kept], priors(2), start=found)

    _, sd = without.predict(x[[3]])
    assert found.left_out_sd()[3] == pytest.approx(sd[0], rel=0.05)
