"""Blanks by a column of any header, and rows that hold a mean of samples instead of peaks."""

from pathlib import Path

import polars as pl
import pytest

from app.analysis.reading.decisions import UndecidedError
from app.analysis.reading.peak_table import read_peak_table

GM3, GM2, GM1 = "GM3 36:1;O2", "GM2 36:1;O2", "GM1 36:1;O2"
NAMES = ((GM3, 10.6), (GM2, 10.4), (GM1, 10.1))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "peaks.csv"


def long_table(path: Path, header: str, *cells: str) -> pl.DataFrame:
    """The peaks of a table with all names for each of these cells of ``header``."""
    lines = [f"{name},{rt},{500 + 10 * n},{each}" for each in cells for n, (name, rt) in NUMBERED]
    path.write_text("\n".join([f"Name,RT,Area,{header}", *lines]) + "\n")
    return read_peak_table(path, on_note=lambda _: None)


NUMBERED = [*enumerate(NAMES)]


def roles(peaks: pl.DataFrame) -> dict[str, str | None]:
    return dict(peaks.select("sample", "sample_role").unique(maintain_order=True).rows())


@pytest.mark.parametrize("header", ["Type", "Kind", "Role", "Injection type", "Typ"])
def test_a_column_whose_cells_are_roles_has_those_of_the_samples(path: Path, header: str) -> None:
    peaks = long_table(path, f"Sample,{header}", "a,Unknown", "b,Blank", "c,QC")
    assert roles(peaks) == {"a": "sample", "b": "blank", "c": "qc"}


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Type", ("a,Control", "b,KO")),
        ("Type", ("a,Control", "b,Sample")),
        ("Type", ("a,Sample", "a,Blank")),
        ("Type", ("a,Sample", "b,Sample")),
        ("Colour", ("a,Sample", "b,Blank")),
    ],
)
def test_other_columns_have_no_roles(path: Path, header: str, cells: tuple[str, ...]) -> None:
    assert {*roles(long_table(path, f"Sample,{header}", *cells)).values()} == {None}


def test_roles_of_a_large_parquet_file_are_read(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.analysis.reading.table_file.SMALL_TABLE", 0)
    rows = {"Name": [GM3, GM3], "RT": [10.6, 10.61], "Area": [5.0, 6.0]}
    file = path.with_suffix(".parquet")
    pl.DataFrame(rows | {"Sample": ["a", "b"], "Kind": ["Sample", "Blank"]}).write_parquet(file)
    assert roles(read_peak_table(file)) == {"a": "sample", "b": "blank"}


@pytest.mark.parametrize("header", ["Sample", "Replicate"])
def test_rows_of_a_mean_are_no_peaks(path: Path, header: str) -> None:
    peaks = long_table(path, header, "1", "2", "Mean", "SD", "%CV")
    is_used = pl.col("problem").is_null()
    assert peaks.filter(is_used)["sample"].unique(maintain_order=True).to_list() == ["1", "2"]
    assert peaks.filter(~is_used)["problem"].to_list() == [
        f"This row is a statistic of samples ({word}), no peak of one."
        for word in ("Mean", "SD", "%CV")
        for _ in NAMES
    ]


def test_samples_that_are_called_like_a_deviation_stay(path: Path) -> None:
    """SD is a strain of rats, and a table of means alone is read as it is."""
    assert long_table(path, "Sample", "SD", "WT")["problem"].null_count() == 6
    assert long_table(path, "Sample", "Mean")["problem"].null_count() == 3


def test_times_before_and_after_a_correction_are_asked(path: Path) -> None:
    path.write_text(f"Name,RT,RT corrected,Area\n{GM3},10.5,10.6,5\n{GM2},10.3,10.4,6\n")
    with pytest.raises(UndecidedError, match=r"in 'RT' and 10\.6 in 'RT corrected'"):
        read_peak_table(path)


def test_names_under_two_unknown_headers_are_asked(path: Path) -> None:
    path.write_text(f"Proposed,Confirmed,RT,Area\n{GM3},{GM3},10.6,5\n{GM2},{GM1},10.4,6\n")
    with pytest.raises(UndecidedError, match="different species in 'Proposed' and 'Confirmed'"):
        read_peak_table(path)


def test_samples_with_deviations_are_read(path: Path) -> None:
    path.write_text(f"Name,RT,WT,KO\n{GM3},10.6,5000 ± 20,4000 ± 30\n{GM2},10.4,400 ± 2,300 ± 3\n")
    peaks = read_peak_table(path)
    assert peaks["sample"].unique(maintain_order=True).to_list() == ["WT", "KO"]
    assert peaks["peak_area"].to_list() == [5000, 400, 4000, 300]


def test_a_mark_of_manual_integration_is_no_million(path: Path) -> None:
    path.write_text(f"Name,RT,Area\n{GM3},10.6,50000\n{GM2},10.4,40000 M\n{GM1},10.1,4.5M\n")
    assert read_peak_table(path)["peak_area"].to_list() == [50_000, None, 4_500_000]


def test_units_in_braces_and_clock_times_are_known(path: Path) -> None:
    path.write_text(f"Name,RT (min:sec),Area {{kcounts}}\n{GM3},10:36,5\n{GM2},10:24,4\n")
    peaks = read_peak_table(path)
    assert peaks["rt_min"].to_list() == pytest.approx([10.6, 10.4])
    assert peaks["peak_area"].to_list() == [5000, 4000]
    assert peaks["sample"].unique().to_list() == [""]


def of_samples(path: Path, **areas: tuple[float, ...]) -> pl.DataFrame:
    lines = [
        f"{sample},{name},{rt},{area}"
        for sample, each in areas.items()
        for (name, rt), area in zip(NAMES, each, strict=True)
    ]
    path.write_text("\n".join(["Sample,Name,RT,Area", *lines]))
    return read_peak_table(path, on_note=lambda _: None)


@pytest.mark.parametrize(
    ("name", "areas"),
    [("Total", (807, 1230, 100)), ("WT all", (403.5, 615, 50)), ("largest", (500, 900, 70))],
)
def test_a_sample_that_is_computed_of_others_has_no_peaks(
    path: Path, name: str, areas: tuple[float, ...]
) -> None:
    peaks = of_samples(path, **{"s1": (500, 330, 30), "s2": (307, 900, 70), name: areas})
    is_used = pl.col("problem").is_null()
    assert peaks.filter(is_used)["sample"].unique(maintain_order=True).to_list() == ["s1", "s2"]
    assert peaks.filter(~is_used)["problem"].str.contains("sum, mean or bound").all()


@pytest.mark.parametrize("areas", [(501, 930, 71), (500, 330, 30), (1000, 660, 60)])
def test_other_samples_keep_their_peaks(path: Path, areas: tuple[float, ...]) -> None:
    """Also one whose areas repeat those of another, or are a multiple of them."""
    peaks = of_samples(path, s1=(500, 330, 30), s2=(307, 300, 20), s3=areas)
    assert peaks["problem"].null_count() == peaks.height
