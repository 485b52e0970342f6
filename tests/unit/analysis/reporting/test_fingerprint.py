"""A fingerprint stands for what rows say: the same through files, another for any change."""

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from app.analysis.reporting import fingerprint as module
from app.analysis.reporting.fingerprint import (
    VALUES_AT_ONCE,
    fingerprint,
    fingerprint_of_stored,
)

ROWS = pl.DataFrame(
    {
        "row": pl.Series([1, 2, 3], dtype=pl.UInt32),
        "name": ["GM1(36:1;O2)", None, "é"],
        "rt_min": [10.1, None, 0.0],
        "anchor": [True, False, True],
    }
)
# In a process of its own: this one may have memory left from other tests.
MEMORY_TAKEN = """
import re, sys
import polars as pl
from app.analysis.reporting.fingerprint import fingerprint_of_stored

def most_kilobytes():
    with open("/proc/self/status") as status:
        return int(re.search(r"VmHWM:\\s+(\\d+) kB", status.read())[1])

rows = pl.scan_parquet(sys.argv[1])
fingerprint_of_stored(rows.head(1))
before = most_kilobytes()
fingerprint_of_stored(rows)
print((most_kilobytes() - before) * 1024)
"""


def test_a_fingerprint_survives_writing_and_reading(tmp_path: Path) -> None:
    for compression in ("zstd", "uncompressed"):
        ROWS.write_parquet(tmp_path / "rows.parquet", compression=compression, row_group_size=1)
        assert fingerprint(pl.read_parquet(tmp_path / "rows.parquet")) == fingerprint(ROWS)
    assert fingerprint(ROWS) == ("78b1120fe16310a0293de64989ea8792411914814850d9cd7ec1ca6ebe54cc6e")


def test_a_stored_table_has_the_fingerprint_of_its_rows(tmp_path: Path) -> None:
    ROWS.write_parquet(tmp_path / "rows.parquet", row_group_size=1)
    assert fingerprint_of_stored(pl.scan_parquet(tmp_path / "rows.parquet")) == fingerprint(ROWS)


def test_a_stored_table_is_never_in_memory_as_a_whole(tmp_path: Path) -> None:
    numbers = pl.DataFrame({"row": range(500_000)})
    table = numbers.select(pl.col("row").add(column).alias(f"c{column}") for column in range(50))
    table.write_parquet(tmp_path / "rows.parquet")
    most_bytes = subprocess.run(
        [sys.executable, "-c", MEMORY_TAKEN, str(tmp_path / "rows.parquet")],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert int(most_bytes) < table.estimated_size() / 2


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
    for rows in (ROWS, ROWS.drop_nulls()):
        assert fingerprint(rows.cast({"name": pl.Enum(names)})) == fingerprint(rows)


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
