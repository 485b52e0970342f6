"""A fingerprint stands for what rows say: the same through files, another for any change."""

from pathlib import Path

import polars as pl
import pytest

from app.analysis.reporting import fingerprint as module
from app.analysis.reporting.fingerprint import VALUES_AT_ONCE, fingerprint

ROWS = pl.DataFrame(
    {
        "row": pl.Series([1, 2, 3], dtype=pl.UInt32),
        "name": ["GM1(36:1;O2)", None, "é"],
        "rt_min": [10.1, None, 0.0],
        "anchor": [True, False, True],
    }
)


def test_a_fingerprint_survives_writing_and_reading(tmp_path: Path) -> None:
    for compression in ("zstd", "uncompressed"):
        ROWS.write_parquet(tmp_path / "rows.parquet", compression=compression, row_group_size=1)
        assert fingerprint(pl.read_parquet(tmp_path / "rows.parquet")) == fingerprint(ROWS)
    assert fingerprint(ROWS) == ("78b1120fe16310a0293de64989ea8792411914814850d9cd7ec1ca6ebe54cc6e")


def test_few_rows_are_hashed_like_many(monkeypatch: pytest.MonkeyPatch) -> None:
    empty = pl.lit(None, dtype=pl.String)
    rows = ROWS.with_columns(empty=empty, none=empty.cast(pl.Int32), nan=pl.lit(float("nan")))
    tables = [rows, rows.clear(), rows.head(1), rows.reverse()]
    few = [fingerprint(table) for table in tables]
    monkeypatch.setattr(module, "ROWS_OF_A_THREAD", 0)
    assert [fingerprint(table) for table in tables] == few


@pytest.mark.parametrize("of_a_thread", [0, 100])
def test_words_with_numbers_are_hashed_as_texts(
    of_a_thread: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ROWS_OF_A_THREAD", of_a_thread)
    names = ROWS["name"].drop_nulls().sort(descending=True)
    assert fingerprint(ROWS.cast({"name": pl.Enum(names)})) == fingerprint(ROWS)


def test_every_change_of_a_value_changes_the_fingerprint() -> None:
    others = [
        ROWS.with_columns(name=pl.Series(["GM1(36:1;O2", ")", "é"])),
        ROWS.with_columns(name=pl.Series(["GM1(36:1;O2)", "", "é"])),
        ROWS.with_columns(rt_min=pl.Series([10.1, 0.0, None])),
        ROWS.with_columns(rt_min=pl.Series([10.100000000000001, None, 0.0])),
        ROWS.with_columns(anchor=pl.Series([True, None, True])),
        ROWS.rename({"name": "names"}),
        ROWS.reverse(),
        ROWS.head(2),
        ROWS.clear(),
        pl.concat([ROWS, ROWS]),
    ]
    assert len({fingerprint(rows) for rows in [ROWS, *others]}) == len(others) + 1


def test_more_rows_than_are_hashed_at_once_are_all_hashed() -> None:
    rows = pl.DataFrame({"row": range(VALUES_AT_ONCE + 1)})
    last_changed = rows.with_columns(
        row=pl.when(pl.col("row") == VALUES_AT_ONCE).then(7).otherwise("row")
    )
    assert fingerprint(rows) != fingerprint(last_changed)
