"""A library makes a run as good as many anchors do, and is refused on another column."""

import dataclasses
from functools import cache

import msgspec
import numpy as np
import polars as pl
import pytest
from msgspec.structs import replace

from app.analysis.errors import AnalysisError
from app.analysis.example.example_table import example_table
from app.analysis.library.kept_law import decode_law, encode_law
from app.analysis.library.law import RetentionLaw
from app.analysis.library.law_of_run import law_of
from app.analysis.pipeline import analyze, run_rules
from app.analysis.reporting.fingerprint import fingerprint
from app.analysis.settings import AnalysisSettings
from tests.perf.accuracy import read_table
from tests.perf.library import FEW, MANY, Judged, judge, library_law, with_anchors
from tests.simulator import Variation, simulate

WARPED = Variation(seed=1, warp_min=0.8, warp_width_min=0.3)


@cache
def _law() -> RetentionLaw:
    return library_law()


def _judged(variation: Variation, anchors: int, law: RetentionLaw | None) -> Judged:
    return judge(with_anchors(simulate(variation), anchors, seed=0), law)


def test_a_law_predicts_what_the_model_of_its_run_does() -> None:
    state = run_rules(read_table(simulate(Variation(seed=3)).table), AnalysisSettings())
    assert state.model is not None
    law, training = law_of(state.model, state.arrays.time_scale), state.model.training

    predicted = law.predict(training, state.model.levels)

    assert np.allclose(predicted, state.model.mean(state.model.design(training)), atol=1e-6)
    assert law.anchors == training["anchors"].sum() > 0
    intercepts = state.model.intercepts()
    assert [each.group for each in law.groups] == intercepts["group"].to_list()
    kept = [each.at_reference_min for each in law.groups]
    assert np.allclose(kept, intercepts["intercept_min"].to_numpy(), atol=1e-6)


@pytest.mark.parametrize("seed", [None, 0, 1, 2])
def test_fragments_of_one_class_are_no_sign_of_another_column(seed: int | None) -> None:
    """Many rows of GM2 and GM3 are fragments of GM1 and GD3 and elute with these."""
    table = example_table()
    state = run_rules(read_table(table), AnalysisSettings())
    assert state.model is not None
    law = law_of(state.model, state.arrays.time_scale)
    later = table.with_columns(Anchor=pl.lit("F"))
    if seed is not None:
        later = later.sample(fraction=0.5, seed=seed)

    use = analyze(read_table(later), AnalysisSettings(), library=law).library_use

    assert use is not None
    assert use.refusal is None
    assert use.scale == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("scale", [0.05, 1.3, 8.0])
def test_the_map_finds_another_length_of_the_gradient(scale: float) -> None:
    simulated = simulate(Variation(seed=2, time_scale=scale, has_anchors=False))
    analysis = analyze(read_table(simulated.table), AnalysisSettings(), library=_law())

    use = analysis.library_use
    assert use is not None
    assert use.refusal is None
    assert use.scale == pytest.approx(scale, rel=0.03)
    assert any(warning.message == use.sentence() for warning in analysis.warnings)


def test_three_anchors_with_a_library_are_as_good_as_twenty_on_a_bent_gradient() -> None:
    few, many = _judged(WARPED, FEW, _law()), _judged(WARPED, MANY, None)

    assert few.refusal is None
    assert few.scores.brier < many.scores.brier
    assert few.scores.macro_f1 >= many.scores.macro_f1


@pytest.mark.parametrize(
    ("variation", "reason"),
    [
        (Variation(slope_min=0.4), "The column seems to differ"),
        (Variation(class_shift_min=0.3, column=1), "GM1 elutes"),
        (Variation(double_bond_min=0.3), "ceramides with 2 double bonds elute"),
        (Variation(has_reversed_classes=True), "column"),
    ],
)
def test_another_column_is_refused_with_the_reason(variation: Variation, reason: str) -> None:
    simulated = simulate(dataclasses.replace(variation, seed=5))
    analysis = analyze(read_table(simulated.table), AnalysisSettings(), library=_law())

    use = analysis.library_use
    assert use is not None
    assert reason in str(use.refusal)
    said = [each.message for each in analysis.warnings if each.code == "retention_library"]
    assert said == [f"The retention library was not used. {use.refusal}"]
    without = analyze(read_table(simulated.table), AnalysisSettings())
    assert fingerprint(analysis.rows) == fingerprint(without.rows)


def test_a_table_of_other_classes_or_too_few_peaks_is_refused() -> None:
    table = simulate(Variation(seed=4)).table
    only_gm3 = _law()
    only_gm3 = replace(
        only_gm3, groups=tuple(each for each in only_gm3.groups if each.prefix == "GM3")
    )
    others = read_table(table.filter(~pl.col("Name").str.starts_with("GM3")))
    few = read_table(table.head(6))

    for peaks, law, reason in (
        (others, only_gm3, "No class or isomer of this table is in the library."),
        (few, _law(), "peaks can be compared"),
    ):
        use = analyze(peaks, AnalysisSettings(), library=law).library_use
        assert use is not None
        assert reason in str(use.refusal)


def test_a_table_of_isomers_that_the_library_lacks_is_refused() -> None:
    law = _law()
    gt1 = next(each for each in law.groups if each.prefix == "GT1")
    only_unnamed = replace(law, groups=(replace(gt1, isomer=None, group="GT1"),))
    named = read_table(
        pl.DataFrame(
            {
                "Name": [f"GT1b({carbons}:1;O2)" for carbons in range(34, 44)],
                "RT": [7.0 + 0.7 * n for n in range(10)],
                "Volume": [1000.0] * 10,
                "Anchor": ["F"] * 10,
            }
        )
    )

    use = analyze(named, AnalysisSettings(), library=only_unnamed).library_use

    assert use is not None
    assert use.refusal == "No class or isomer of this table is in the library."


def test_a_kept_law_is_read_back_as_it_was() -> None:
    kept = encode_law(_law())

    assert encode_law(decode_law(kept)) == kept
    assert decode_law(kept).groups == _law().groups


@pytest.mark.parametrize("change", ["truncated", "nan", "size", "text", "count"])
def test_what_is_no_law_is_refused(change: str) -> None:
    kept = msgspec.json.decode(encode_law(_law()))
    if change == "nan":
        kept["noise_sd_min"] = -1.0
    elif change == "size":
        kept["covariance"] = kept["covariance"][:-1]
    elif change == "count":
        kept["groups"][0]["anchors"] = 2**31
    elif change == "text":
        kept["fixed"][0] = "a"
    text = msgspec.json.encode(kept)

    with pytest.raises(AnalysisError, match="retention library"):
        decode_law(text[:100] if change == "truncated" else text)
