"""A sample of a wide table has its own times, or those of the whole row, and no others."""

from pathlib import Path

import polars as pl
import pytest

from tests.unit.analysis.reading.written_table import Table

NAMES = ("GM3 36:1", "GD3 36:1", "GM1 36:1")
MASSHUNTER = (
    "Sample,,,GM3 d36:1 Results,,GD1a d36:1 Results,\nName,Data File,Type,RT,Area,RT,Area\n"
    "s1,s1.d,Sample,10.60,5000,9.14,4000\ns2,s2.d,Sample,10.61,5100,,4100\n"
)


@pytest.fixture
def table(tmp_path: Path) -> Table:
    return Table(tmp_path / "peaks.csv")


def wide(header: str, *cells: str) -> str:
    rows = [f"{name},{each}" for name, each in zip(NAMES, cells, strict=True)]
    return "\n".join([f"Lipid,{header}", *rows])


def times(peaks: pl.DataFrame, sample: str) -> list[float | None]:
    return peaks.filter(pl.col("sample") == sample)["rt_min"].to_list()


def test_a_missing_time_is_not_that_of_another_sample(table: Table) -> None:
    cells = ("10.6,5,10.7,6", "10.1,7,,8", "10.3,9,10.4,1")
    peaks = table.read(wide("s1 RT,s1 Area,s2 RT,s2 Area", *cells))
    assert times(peaks, "s2") == [10.7, None, 10.4]
    assert peaks["problem"].drop_nulls().to_list() == ["RT is missing."]


def test_a_missing_time_is_not_that_of_another_molecule(table: Table) -> None:
    peaks = table.read(MASSHUNTER)
    assert peaks.filter(pl.col("name") == "GD1a d36:1")["rt_min"].to_list() == [9.14, None]


def test_a_missing_time_is_that_of_the_whole_row(table: Table) -> None:
    cells = ("10.6,10.6,5,10.7,6", "10.1,10.1,7,,8", "10.3,10.3,9,10.4,1")
    peaks = table.read(wide("RT,s1 RT,s1 Area,s2 RT,s2 Area", *cells))
    assert times(peaks, "s2") == [10.7, 10.1, 10.4]


def test_a_sample_without_times_has_those_of_the_whole_row(table: Table) -> None:
    peaks = table.read(wide("RT,RT s2,Area s1,Area s2", *["10.6,10.7,5,6"] * len(NAMES)))
    assert (times(peaks, "s1"), times(peaks, "s2")) == ([10.6] * 3, [10.7] * 3)


def test_a_sample_that_lacks_times_is_named(table: Table) -> None:
    peaks = table.read(wide("s1 RT,s1 Area,s2 Area", *["10.6,5,6"] * len(NAMES)))
    assert peaks["sample"].unique().to_list() == ["s1"]
    assert any(note.startswith("The areas in 's2 Area' are not read") for note in table.notes)


@pytest.mark.parametrize("header", ["s1 Area,s1 Total Area", "s1 Total Area,s1 Area"])
def test_the_total_of_the_transitions_comes_before_one_of_them(table: Table, header: str) -> None:
    cells = "5,50" if header.startswith("s1 Area") else "50,5"
    peaks = table.read(wide(f"s1 RT,{header}", *[f"10.6,{cells}"] * len(NAMES)))
    assert peaks["peak_area"].to_list() == [50.0] * len(NAMES)
