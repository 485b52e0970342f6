"""Heights and numbers that are no areas are asked about beside a column that can have the areas."""

from pathlib import Path

import polars as pl
import pytest

from app.analysis.reading.decisions import ReadingChoices
from app.analysis.reading.open_questions import open_questions
from app.analysis.reading.peak_table import read_peak_table

NAMES = ("GM3 36:1", "GD3 36:1", "GM1 36:1", "GD1a 36:1")
TIMES, AREAS, HEIGHTS = (10.6, 10.1, 10.1, 9.1), (5300, 410, 1010, 4010), (90, 8, 21, 83)


def written(folder: Path, header: str, *columns: tuple[float, ...]) -> Path:
    rows = zip(NAMES, TIMES, *columns, strict=True)
    path = folder / "peaks.csv"
    path.write_text("\n".join([f"Name,RT,{header}", *(",".join(map(str, row)) for row in rows)]))
    return path


@pytest.mark.parametrize("own", ["Height", "Relative area", "Intensity", "Response"])
def test_a_column_beside_a_stand_in_can_have_the_areas(tmp_path: Path, own: str) -> None:
    path = written(tmp_path, f"{own},Raw counts", HEIGHTS, AREAS)
    (question,) = open_questions(path)
    assert [each.value for each in question.answers] == ["Raw counts", own]
    for header, areas in ((own, HEIGHTS), ("Raw counts", AREAS)):
        peaks = read_peak_table(path, choices=ReadingChoices(columns={"volume": header}))
        assert peaks["peak_area"].to_list() == [*areas]


def test_one_number_in_all_rows_is_no_area_beside_others(tmp_path: Path) -> None:
    """Volume can be that of an injection."""
    path = written(tmp_path, "Volume,Signal", (5,) * len(NAMES), AREAS)
    (question,) = open_questions(path)
    assert [each.value for each in question.answers] == ["Signal", "Volume"]


@pytest.mark.parametrize("area", ["Vol", "Integral"])
def test_areas_are_read_before_heights(tmp_path: Path, area: str) -> None:
    peaks = read_peak_table(written(tmp_path, f"Height,{area}", HEIGHTS, AREAS))
    assert peaks["peak_area"].to_list() == [*AREAS]


@pytest.mark.parametrize("other", ["m/z", "S/N", "Score", "Scan", "Plates"])
def test_numbers_that_describe_a_peak_are_not_asked_about(tmp_path: Path, other: str) -> None:
    assert not open_questions(written(tmp_path, f"Height,{other}", HEIGHTS, AREAS))


def test_a_large_parquet_file_is_asked_about_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.analysis.reading.table_file.SMALL_TABLE", 0)
    path = tmp_path / "peaks.parquet"
    columns = {"Name": NAMES, "RT": TIMES, "Height": HEIGHTS, "Counts": AREAS}
    pl.DataFrame(columns).write_parquet(path)
    assert [each.subject for each in open_questions(path)] == ["volume_column"]
