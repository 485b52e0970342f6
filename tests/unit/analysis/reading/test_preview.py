"""What the preview says about a table before it is analyzed."""

from pathlib import Path

import polars as pl
import pytest

from app.analysis.example.example_table import example_table
from app.analysis.reading.decisions import ReadingChoices
from app.analysis.reading.preview import Preview, preview

GOOD = "GM3(36:1;O2),10.6,530172,7.74,T"


def look(folder: Path, text: str, **mapping: str) -> Preview:
    path = folder / "peaks.csv"
    path.write_text(text)
    return preview(path, ReadingChoices(columns=mapping))


def test_the_example_needs_no_warning(tmp_path: Path) -> None:
    found = look(tmp_path, example_table().write_csv())
    assert (found.refusal, found.warnings, found.notes) == ("", (), ())
    assert found.rows == example_table().height
    assert found.roles["name"] == "Name"
    assert found.first_rows[0] == tuple(map(str, example_table().row(0)))


@pytest.mark.parametrize(
    ("time", "area", "mz"),
    [
        ("10.123456", "3230782", "1544.8695"),
        ("9", "41230789.25", "917.4798"),
        ("8.5", "1e+20", "5"),
    ],
)
def test_the_first_rows_have_all_their_digits(
    tmp_path: Path, time: str, area: str, mz: str
) -> None:
    found = look(tmp_path, f"Name,RT,Volume,m/z\nGM3(36:1;O2),{time},{area},{mz}\n")
    assert found.first_rows == (("GM3(36:1;O2)", time, area, mz),)


@pytest.mark.parametrize(
    ("row", "joined"),
    [
        ("PC(34:1),10.1,5,1,F", "1 row has a name that is no ganglioside's, such as 'PC(34:1)'."),
        (
            "GM1(36:1;O2),abc,5,1,F",
            "1 row cannot be used and stays as invalid. Row 2: RT is 'abc'",
        ),
        ("GM1(36:1;O2),10.1,0,1,F", "Row 2: Volume is 0"),
        ("GM3(16:0),9.1,5,1,F", "in 'GM3(16:0)', 16:0 was read as the acyl chain of a d18:1 base"),
        (GOOD, "1 row repeats an earlier peak, first row 2."),
        ("GM1(36:1;O2),10.1,5,,F", "1 row has no Log P"),
    ],
)
def test_a_warning_gives_an_example_of_what_to_check(tmp_path: Path, row: str, joined: str) -> None:
    found = look(tmp_path, f"Name,RT,Volume,Log P,Anchor\n{GOOD}\n{row}\n")
    (warning,) = found.warnings
    assert joined in warning
    assert not found.refusal


def test_missing_anchors_and_log_p_are_warned_of(tmp_path: Path) -> None:
    found = look(tmp_path, "Name,RT,Volume\nGM3(36:1;O2),10.6,5\n")
    assert [warning.split(".")[0].split(";")[0] for warning in found.warnings] == [
        "There is no column of anchors",
        "There is no Log P",
    ]
    (unmarked,) = look(tmp_path, "Name,RT,Volume,Log P,Anchor\nGM3(36:1;O2),10.6,5,1,F\n").warnings
    assert unmarked.startswith("No row is an anchor")


def test_a_table_that_lacks_a_column_still_shows_its_rows(tmp_path: Path) -> None:
    text = "what,RT,Volume\npeak 7,10.6,5\nGM3(36:1;O2),10.6,5\n"
    found = look(tmp_path, text)
    assert "lacks the column Name" in found.refusal
    assert found.first_rows == (("peak 7", "10.6", "5"), ("GM3(36:1;O2)", "10.6", "5"))
    assert not look(tmp_path, text, name="what").refusal


def test_a_table_without_usable_rows_is_refused_with_reasons(tmp_path: Path) -> None:
    found = look(tmp_path, "Name,RT,Volume\nPC(34:1),1,2\nGM1(36:1;O2),,5\n")
    assert found.refusal.startswith("None of the 2 rows can be used")
    assert len(found.warnings) == 4


def test_a_file_that_is_not_a_table_is_refused(tmp_path: Path) -> None:
    assert "PDF" in look(tmp_path, "%PDF-1.7").refusal


def test_a_wide_table_shows_its_samples_and_peaks(tmp_path: Path) -> None:
    text = "row ID,row m/z,row retention time,row identity (main ID),a Peak area,b Peak area\n"
    found = look(tmp_path, text + "1,1180.7,10.6,GM3(36:1;O2),5,0\n")
    assert (found.source, found.samples, found.rows) == ("MZmine", ("a", "b"), 1)
    assert found.of_samples >= {"a Peak area", "b Peak area"}
    assert any("no area in a sample" in note for note in found.notes)


def test_parquet_shows_every_column(tmp_path: Path) -> None:
    frame = example_table().with_columns(more=pl.lit([1, 2]))
    frame.write_parquet(tmp_path / "peaks.parquet")
    assert preview(tmp_path / "peaks.parquet").header == tuple(frame.columns)


def test_the_roles_of_samples_are_shown(tmp_path: Path) -> None:
    found = look(tmp_path, "Name,RT,Volume,Sample\nGM3(36:1;O2),10.6,5,Blank_01\n")
    assert found.sample_roles == {"Blank_01": "blank"}
    assert look(tmp_path, "Name,RT,Volume\nGM3(36:1;O2),10.6,5\n").sample_roles == {}
