"""Results of an earlier version, which stored reasons in words, compare with those of today."""

from pathlib import Path

import polars as pl

from app.analysis.pipeline import analyze
from app.storage import Folder
from app.web.features.results.records import are_equal
from app.web.features.results.rows import Result
from tests.simulator import Variation
from tests.unit.analysis.tables import SETTINGS, simulated


def stored(root: Path, key: str, rows: pl.DataFrame) -> Result:
    (root / key).mkdir()
    rows.write_parquet(root / key / "rows.parquet")
    return Result(Folder(root), key)


def test_the_rows_decide_not_the_form_in_which_they_are_stored(tmp_path: Path) -> None:
    analysis = analyze(simulated(Variation(seed=2)), SETTINGS)
    today = stored(tmp_path, "today", analysis.stored)
    earlier = stored(tmp_path, "earlier", analysis.rows)
    is_first = pl.col("row") == 1
    reason = pl.when(is_first).then(pl.lit("Another.")).otherwise("reason")
    other = stored(tmp_path, "other", analysis.rows.with_columns(reason=reason))
    number = pl.when(is_first).then(11).otherwise("reason_case").cast(pl.UInt8)
    changed = stored(tmp_path, "changed", analysis.stored.with_columns(reason_case=number))

    assert are_equal(today, today)
    assert are_equal(today, earlier)
    assert are_equal(earlier, earlier)
    assert not are_equal(today, other)
    assert not are_equal(earlier, other)
    assert not are_equal(today, changed)
