"""Rule 1, on tables small enough to check by hand."""

import re

import numpy as np
import polars as pl
import pytest

from app.analysis.pipeline import analyze
from app.analysis.reporting.models import equation, model_report
from app.analysis.rules import RULES
from tests.simulator import Variation, simulate
from tests.unit.analysis.tables import (
    LADDER,
    SETTINGS,
    after_rules,
    called,
    initial_state,
    noise_free,
    peaks,
    warnings_by_code,
)


def test_rule_1_predicts_a_prefix_it_has_seen_once() -> None:
    rows = [*noise_free(LADDER), ("GQ1(36:1;O2)", 8.38), ("GQ1(40:1;O2)", 6.0)]

    lone = called(rows).filter(pl.col("prefix") == "GQ1")

    assert lone["call"].to_list() == ["true", "outlier"]
    expected = 8.38 + noise_free({"GQ1": 0.0})[4][1]
    assert lone["predicted_rt_min"][1] == pytest.approx(expected, abs=0.1)


def test_rule_1_calls_a_wrong_anchor_an_outlier_and_says_so() -> None:
    rows = noise_free(LADDER)
    names = [name for name, _ in rows]
    wrong = names.index("GM1(38:1;O2)")
    rows[wrong] = (names[wrong], rows[wrong][1] - 0.6)

    row = called(rows, anchor=[True] * len(rows)).row(wrong, named=True)

    assert row["call"] == "outlier"
    assert row["residual_min"] == pytest.approx(-0.6, abs=0.05)
    assert row["reason"].startswith("Marked as an anchor, but it elutes at")


def test_rule_1_writes_its_equation_on_raw_variables() -> None:
    report = model_report(after_rules(*RULES[:4], of=initial_state(noise_free(LADDER))))
    text = report.filter(pl.col("prefix") == "GM1")["equation"][0]
    constant, slope, curvature = (float(text.split(" = ")[1].split()[n]) for n in (0, 1, 3))
    at_38 = constant + slope * 38 + curvature * 38**2
    assert at_38 == pytest.approx(dict(noise_free(LADDER))["GM1(38:1;O2)"], abs=0.05)
    assert report["r2"].drop_nulls().min() > 0.99  # type: ignore[operator]


def test_log_p_off_the_trend_of_its_composition_is_reported_and_changes_no_call() -> None:
    table = simulate(Variation(seed=4)).table
    columns = {"peak_area": table["Volume"], "anchor": table["Anchor"] == "T"}
    rows = list(table.select("Name", "RT").iter_rows())
    right = peaks(rows, log_p=table["Log P"], **columns)
    wrong = right.with_columns(
        log_p=pl.when(pl.col("row").is_in([5, 9])).then(pl.col("log_p") + 0.5).otherwise("log_p")
    )

    assert "log_p_off_trend" not in warnings_by_code(right)
    assert warnings_by_code(wrong)["log_p_off_trend"].rows == (5, 9)
    calls = [analyze(t, SETTINGS).rows["call"] for t in (right, wrong)]
    assert calls[0].equals(calls[1])


def test_the_equation_of_a_group_gives_what_the_model_predicts() -> None:
    table = simulate(Variation(warp_min=0.8)).table
    rows = list(table.select("Name", "RT").iter_rows())
    state = after_rules(*RULES[:4], of=initial_state(rows, anchor=table["Anchor"] == "T"))
    model = state.model
    assert model is not None
    training = model.training.with_columns(is_typical=True)
    predicted = model.mean(model.design(training))
    at_38 = dict(model.intercepts().select("group", "intercept_min").iter_rows())
    ceramides = training.iter_rows("carbons", "double_bonds", "hydroxyls")
    groups = training.iter_rows("group", "sialic")
    by_hand = [
        by_equation(equation(model, group, at_38[group], sialic), *ceramide)
        for (group, sialic), ceramide in zip(groups, ceramides, strict=True)
    ]
    assert np.abs(np.array(by_hand) - predicted).max() < 0.02  # its numbers are rounded
    assert np.ptp(predicted) > 3


def by_equation(text: str, carbons: int, bonds: int, hydroxyls: int) -> float:
    """The time that an equation gives for a ceramide, by what is printed alone, in minutes."""
    time_min, equivalent = (part.split(" = ")[1] for part in text.split(" + e(ceramide), "))
    known = {"C": carbons, "D": bonds, "O": hydroxyls, "max": max}
    return float(evaluated(time_min, known | {"N": evaluated(equivalent, known)}))


def evaluated(terms: str, known: dict[str, object]) -> float:
    for written, meant in (("²", "**2"), ("³", "**3"), ("[D=0]", "(D==0)")):
        terms = terms.replace(written, meant)
    terms = re.sub(r"(?<=[0-9)]) (?=[CN(m])", "*", terms)
    return float(eval(terms, {"__builtins__": {}}, known))  # noqa: S307 - a text of our own
