"""What a result keeps of its model for targets and standards."""

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from app.analysis.example.example_table import example_table
from app.analysis.pipeline import analyze
from app.analysis.reporting.kept_model import decode_model, encode_model
from app.analysis.settings import AnalysisSettings
from app.analysis.targets.standards import standards
from app.analysis.targets.targets import JUDGED, targets
from tests.analyses import standards_in, targets_in
from tests.unit.analysis.targets.test_targets import peaks_of


@pytest.mark.parametrize("rows", [1, 3, 40, None])
def test_targets_and_standards_are_the_same_to_the_last_bit_from_what_is_kept(
    rows: int | None,
) -> None:
    table = example_table() if rows is None else example_table().head(rows)
    analysis = analyze(peaks_of(table), AnalysisSettings())
    kept = decode_model(encode_model(analysis.kept_model))
    judged = analysis.stored.select(JUDGED)
    assert_frame_equal(targets(kept, judged), targets_in(analysis), check_exact=True)
    assert_frame_equal(standards(kept, judged), standards_in(analysis), check_exact=True)


def test_what_is_kept_is_the_same_when_it_is_kept_again() -> None:
    content = encode_model(analyze(peaks_of(example_table()), AnalysisSettings()).kept_model)
    assert encode_model(decode_model(content)) == content


def test_a_run_without_a_model_keeps_that_it_had_none() -> None:
    kept = decode_model(encode_model(None))
    assert kept is None
    assert targets(kept, pl.DataFrame()).is_empty()
    assert standards(kept, pl.DataFrame()).is_empty()
