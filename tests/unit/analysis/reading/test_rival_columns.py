"""Two columns that can hold one role are decided by their cells or asked about."""

from pathlib import Path

import polars as pl
import pytest

from app.analysis.reading.decisions import ReadingChoices
from app.analysis.reading.open_questions import open_questions
from app.analysis.reading.peak_table import read_peak_table

GM3, GD3 = "GM3 36:1;O2", "GD3 36:1;O2"


def asked(path: Path) -> list[str]:
    """The roles that a table asks a column for."""
    return [each.subject.removesuffix("_column") for each in open_questions(path)]


@pytest.mark.parametrize(
    ("text", "role"),
    [
        (f"Name,RT,RT,Area\n{GM3},10.6,11.6,5\n", "rt"),
        (f"Name,RT,Retention time,Area\n{GM3},10.6,11.6,5\n", "rt"),
        (f"Name,RT (min),RT (s),Area\n{GM3},10.6,690,5\n", "rt"),
        (f"Name,RT,RT.1,Area\n{GM3},10.6,11.6,5\n", "rt"),
        (f"Name,RT,RT,Area\n{GM3},10.6,,5\n{GD3},,10.1,5\n", "rt"),
        (f"Name,RT,Area,Peak area\n{GM3},10.6,5,7\n", "volume"),
        (f"Name,RT,m/z,m/z,Area\n{GM3},10.6,1179.73,1179.93,5\n", "mz"),
        (f"Name,RT,Area,Sample,Sample\n{GM3},10.6,5,a,x\n{GD3},10.1,5,a,y\n", "sample"),
        (f"Name,RT,Area,Anchor,Anchor\n{GM3},10.6,5,T,F\n", "anchor"),
        (f"Name,RT,Area,Adduct,Adduct\n{GM3},10.6,5,[M-H]-,[M+Cl]-\n", "adduct"),
        (f"Name,Name,RT,Area\n{GM3},{GD3},10.6,5\n", "name"),
    ],
)
def test_columns_that_differ_are_asked_about(tmp_path: Path, text: str, role: str) -> None:
    path = tmp_path / "peaks.csv"
    path.write_text(text)
    assert asked(path) == [role]
    (question,) = open_questions(path)
    for answer in question.answers:
        choices = ReadingChoices(columns={role: answer.value})
        assert not open_questions(path, choices)
        assert read_peak_table(path, choices=choices).height == text.count("\n") - 1


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("RT,RT", "10.6,10.6"),
        ("RT,RT", ",10.6"),
        ("RT,RT", "n.d.,10.6"),
        ("RT,RT", "10.6,"),
        ("RT (min),RT (s)", "10.6,636"),
        ("RT (s),RT (min)", "636,10.6"),
        ("RT,Retention time (s)", "10.6,636"),
        ("RT,Expected RT", "10.6,9.6"),
        ("RT,rtmin,rtmax", "10.6,10.5,10.7"),
    ],
)
def test_columns_that_agree_or_are_empty_need_no_question(
    tmp_path: Path, header: str, cells: str
) -> None:
    path = tmp_path / "peaks.csv"
    path.write_text(f"Name,{header},Area\n{GM3},{cells},5\n")
    assert read_peak_table(path)["rt_min"].to_list() == [pytest.approx(10.6)]


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Area,Peak area", "5000,5000"),
        ("Area (x10^3),Area", "5,5000"),
        ("Area,Area (a.u.)", "5000,"),
    ],
)
def test_areas_that_agree_need_no_question(tmp_path: Path, header: str, cells: str) -> None:
    path = tmp_path / "peaks.csv"
    path.write_text(f"Name,RT,{header}\n{GM3},10.6,{cells}\n")
    assert read_peak_table(path)["peak_area"].to_list() == [5000.0]


def test_repeats_that_pandas_names_are_samples(tmp_path: Path) -> None:
    path = tmp_path / "peaks.csv"
    path.write_text(f"Name,RT,Area,RT.1,Area.1\n{GM3},10.6,5,10.7,6\n")
    peaks = read_peak_table(path)
    assert peaks.select("sample", "rt_min", "peak_area").rows() == [("1", 10.6, 5), ("2", 10.7, 6)]


def test_rivals_of_a_parquet_file_are_compared_too(tmp_path: Path) -> None:
    path = tmp_path / "peaks.parquet"
    frame = pl.DataFrame({"Name": [GM3], "RT": [10.6], "RT.1": [11.6], "Area": [5.0]})
    frame.write_parquet(path)
    assert asked(path) == ["rt"]
