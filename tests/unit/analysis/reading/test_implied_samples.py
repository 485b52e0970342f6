"""Columns of samples that are not called so: rows of one name are no rivals across them."""

from pathlib import Path

import polars as pl
import pytest

from app.analysis.reading.decisions import ReadingChoices
from app.analysis.reading.peak_table import read_peak_table

NAMES = ("GM3(36:1;O2)", "GD1(36:1;O2)", "GT1(36:1;O2)")


def read(path: Path, header: str, *values: str, **columns: str) -> pl.DataFrame:
    rows = [f"{value},{name},10.6,{n + 5}" for n, name in enumerate(NAMES) for value in values]
    path.write_text("\n".join([f"{header},Name,RT,Area", *rows]))
    return read_peak_table(path, choices=ReadingChoices(columns=columns))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "peaks.csv"


@pytest.mark.parametrize(
    ("header", "values", "samples"),
    [
        ("Mouse", ("m1", "m2"), ["m1", "m2"]),
        ("Run", ("1", "2"), ["1", "2"]),
        ("Injection no.", ("1", "2"), ["1", "2"]),
        ("Sample No.", ("7", "8"), ["7", "8"]),
        ("Brain region", ("cortex", "pons"), ["cortex", "pons"]),
        ("Sample,Injection", ("a,1", "a,2"), ["a 1", "a 2"]),
        ("Group,Replicate", ("WT,1", "WT,2", "KO,1", "KO,2"), ["KO 1", "KO 2", "WT 1", "WT 2"]),
        ("Group,Animal", ("WT,1", "WT,2", "KO,3", "KO,4"), ["1", "2", "3", "4"]),
        # These tell no samples apart, or the column of samples does so already.
        ("Sample,Run", ("a,1", "b,2"), ["a", "b"]),
        ("Sample weight", ("1", "2"), [""]),
        ("Isomer", ("1", "2"), [""]),
        ("Mouse", ("m1",), [""]),
    ],
)
def test_columns_that_tell_rows_of_one_name_apart_are_samples(
    path: Path, header: str, values: tuple[str, ...], samples: list[str]
) -> None:
    peaks = read(path, header, *values)
    assert peaks["sample"].unique().sort().to_list() == samples
    assert peaks.height == len(values) * len(NAMES)


def test_a_table_of_one_sample_with_two_peaks_of_a_name_stays_one(path: Path) -> None:
    path.write_text(
        "Name,Run,RT,Area\nGD1 36:1,1,9,5\nGD1 36:1,2,9.5,6\nGM3 36:1,1,10,7\nGM3 38:1,1,12,8"
    )
    assert read_peak_table(path)["sample"].unique().to_list() == [""]


def test_a_person_can_say_that_there_are_no_samples(path: Path) -> None:
    assert read(path, "Mouse", "m1", "m2", sample="")["sample"].unique().to_list() == [""]


def test_samples_of_a_parquet_file_are_found_too(tmp_path: Path) -> None:
    names = [name for name in NAMES for _ in range(2)]
    columns = {
        "Name": names,
        "Mouse": [1, 2] * 3,
        "RT": [10.6] * 6,
        "Area": [5.0 + n for n in range(6)],
    }
    pl.DataFrame(columns).write_parquet(tmp_path / "peaks.parquet")
    peaks = read_peak_table(tmp_path / "peaks.parquet")
    assert peaks["sample"].unique().sort().to_list() == ["1", "2"]
