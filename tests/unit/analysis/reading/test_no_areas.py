"""Tables without areas, and rows without one."""

from pathlib import Path

import polars as pl
import pytest

from app.analysis.errors import PeakTableError
from app.analysis.reading.decisions import ReadingChoices, UndecidedError
from app.analysis.reading.peak_table import read_peak_table

NAMES = ("GM3(36:1;O2)", "GM2(36:1;O2)", "GM1(36:1;O2)")


def read(path: Path, header: str, *cells: str) -> tuple[pl.DataFrame, list[str]]:
    """The peaks of a table with further cells after each name and time, and the notes on it."""
    notes: list[str] = []
    peaks = zip(NAMES, (10.6, 10.4, 10.1), cells, strict=True)
    rows = [f"{name},{rt},{each}" for name, rt, each in peaks]
    file = path / "peaks.csv"
    file.write_text("\n".join([f"Name,RT,{header}", *rows]))
    return read_peak_table(file, on_note=notes.append), notes


def test_a_table_without_areas_is_read_and_says_so(tmp_path: Path) -> None:
    peaks, notes = read(tmp_path, "m/z,Anchor", "1179.7,T", "1382.8,F", "1544.9,F")
    assert peaks["problem"].null_count() == peaks["peak_area"].null_count() == 3
    assert any(note.startswith("The table has no areas.") for note in notes)


def test_numbers_that_can_be_the_areas_are_asked_for(tmp_path: Path) -> None:
    with pytest.raises(UndecidedError, match="lacks the column Volume") as refused:
        read(tmp_path, "Score", "90.5", "80.1", "70.2")
    (question,) = refused.value.questions
    assert question.subject == "volume_column"
    assert [answer.value for answer in question.answers] == ["Score", "none"]
    chosen = ReadingChoices(columns={"volume": "none"})
    peaks = read_peak_table(tmp_path / "peaks.csv", choices=chosen)
    assert peaks["problem"].null_count() == peaks["peak_area"].null_count() == 3
    chosen = ReadingChoices(columns={"volume": "Score"})
    assert read_peak_table(tmp_path / "peaks.csv", choices=chosen)["peak_area"].sum() > 200


def test_a_person_can_leave_areas_out(tmp_path: Path) -> None:
    """Also those of samples, of which one row each is left, and of the export of a program."""
    file, notes = tmp_path / "peaks.csv", list[str]()
    chosen = ReadingChoices(columns={"volume": "none"})
    file.write_text("Name,RT,Area a,Area b\n" + "".join(f"{it},10.6,5,6\n" for it in NAMES))
    peaks = read_peak_table(file, choices=chosen, on_note=notes.append)
    assert peaks["name"].to_list() == [*NAMES]
    assert any(note.endswith("This was chosen.") for note in notes)
    header = "Compound,Filename,Actual RT\n"
    file.write_text(header + "".join(f"{it},s1.raw,10.6\n" for it in NAMES))
    with pytest.raises(PeakTableError, match="choose 'none' as their column"):
        read_peak_table(file)
    assert read_peak_table(file, choices=chosen)["problem"].null_count() == 3


def test_a_column_called_none_can_have_the_areas(tmp_path: Path) -> None:
    file = tmp_path / "peaks.csv"
    file.write_text("Name,RT,none\n" + "".join(f"{it},10.6,5\n" for it in NAMES))
    peaks = read_peak_table(file, choices=ReadingChoices(columns={"volume": "none"}))
    assert peaks["peak_area"].to_list() == [5, 5, 5]


@pytest.mark.parametrize("absent", ["", " ", "NA", "n/a", "-", "NaN"])
def test_a_row_without_an_area_is_used(tmp_path: Path, absent: str) -> None:
    peaks, notes = read(tmp_path, "Area", "500", absent, "700")
    assert peaks["problem"].to_list() == [None] * 3
    assert peaks["peak_area"].to_list() == [500, None, 700]
    assert any(note.startswith("One row has no area.") for note in notes)


@pytest.mark.parametrize("absent", ["n.d.", "0", "< LOD", "not detected", "=B2"])
def test_a_peak_that_was_not_found_is_none(tmp_path: Path, absent: str) -> None:
    peaks, _ = read(tmp_path, "Area", "500", absent, "700")
    assert [problem is None for problem in peaks["problem"]] == [True, False, True]


def test_a_sample_without_the_area_of_a_peak_has_no_such_peak(tmp_path: Path) -> None:
    peaks, _ = read(tmp_path, "Area,sample", "500,a", ",a", "700,b")
    assert peaks["problem"].to_list() == [None, "Volume is missing.", None]
