"""Cohen's kappa and its interval, against worked examples that others published."""

import numpy as np
import pytest

from app.analysis.agreement.kappa import agreement, agreement_of_table


def test_the_couples_of_hout_duncan_and_sobel() -> None:
    """Sociol Methodol 1987, 17:145; ``Kappa(SexualFun)`` of the R package vcd prints these."""
    table = np.array([[7, 7, 2, 3], [2, 8, 3, 7], [1, 5, 4, 9], [2, 8, 9, 14.0]])
    found = agreement_of_table(table)
    assert found.rows == 91
    assert found.kappa == pytest.approx(0.1293, abs=5e-5)
    assert found.standard_error == pytest.approx(0.06860, abs=5e-6)
    assert (found.low, found.high) == pytest.approx((-0.0051, 0.2638), abs=5e-5)


def test_the_diagnoses_of_fleiss() -> None:
    """Fleiss, Levin and Paik, Statistical Methods for Rates and Proportions, 2003, section 18.1."""
    found = agreement_of_table(np.array([[75, 1, 4], [5, 4, 1], [0, 0, 10.0]]))
    assert (found.observed, found.kappa) == pytest.approx((0.89, 0.676), abs=5e-4)


def test_words_give_what_their_table_gives() -> None:
    one = ["true"] * 25 + ["outlier"] * 25
    other = ["true"] * 20 + ["outlier"] * 5 + ["true"] * 10 + ["outlier"] * 15
    found = agreement(one, other)
    assert found == agreement_of_table(np.array([[15, 10], [5, 20.0]]))
    assert found.kappa == pytest.approx(0.4)


def test_the_interval_covers_the_truth() -> None:
    """Of 2,000 simulated pairs of readers, about 95 % of the intervals hold the true kappa."""
    rng = np.random.default_rng(7)
    shares = np.array([[0.5, 0.06, 0.04], [0.05, 0.15, 0.02], [0.03, 0.03, 0.12]])
    truth = agreement_of_table(shares * 1_000_000).kappa
    assert truth is not None
    tables = rng.multinomial(200, shares.ravel(), size=2_000).reshape(-1, 3, 3)
    found = [agreement_of_table(each.astype(float)) for each in tables]
    covered = [each.low <= truth <= each.high for each in found if each.low and each.high]
    assert np.mean(covered) == pytest.approx(0.95, abs=0.015)


def test_what_the_judgements_do_not_decide_is_not_known() -> None:
    nothing = agreement([], [])
    assert (nothing.rows, nothing.observed, nothing.kappa, nothing.low) == (0, None, None, None)
    one_word = agreement(["true"] * 9, ["true"] * 9)
    assert (one_word.observed, one_word.kappa, one_word.low) == (1, None, None)
    perfect = agreement(["true", "outlier"] * 5, ["true", "outlier"] * 5)
    assert (perfect.kappa, perfect.low, perfect.high) == (1, None, None)
    opposite = agreement(["true", "outlier"] * 5, ["outlier", "true"] * 5)
    assert (opposite.observed, opposite.kappa) == (0, -1)
