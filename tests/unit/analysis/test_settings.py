import math

import pytest

from app.analysis.errors import SettingsError
from app.analysis.settings import BOUNDS, AnalysisSettings, Bound


def test_the_defaults_shown_in_a_form_are_those_of_an_analysis() -> None:
    settings = AnalysisSettings()
    assert {bound.field: getattr(settings, bound.field) for bound in BOUNDS} == {
        bound.field: bound.default for bound in BOUNDS
    }


@pytest.mark.parametrize("bound", BOUNDS, ids=lambda bound: bound.name)
def test_both_ends_of_a_range_are_allowed(bound: Bound) -> None:
    for value in (bound.low, bound.high):
        assert getattr(AnalysisSettings(**{bound.field: value}), bound.field) == value  # type: ignore[arg-type]


@pytest.mark.parametrize("bound", BOUNDS, ids=lambda bound: bound.name)
@pytest.mark.parametrize("beyond", [-0.001, math.nan, math.inf])
def test_a_value_out_of_range_is_refused_with_its_range(bound: Bound, beyond: float) -> None:
    value = bound.low - 0.001 if beyond == -0.001 else beyond
    with pytest.raises(SettingsError) as refused:
        AnalysisSettings(**{bound.field: value})  # type: ignore[arg-type]
    assert bound.name in str(refused.value)
    assert f"between {bound.low:g} and {bound.high:g}" in str(refused.value)


def test_an_unknown_source_is_refused_with_the_known_ones() -> None:
    with pytest.raises(SettingsError, match="'martian'; it must be one of porcine, human"):
        AnalysisSettings(data_type="martian")
