"""A table whose headers speak of time without naming retention times is asked about."""

from pathlib import Path

import pytest

from app.analysis.errors import PeakTableError
from app.analysis.reading.decisions import ReadingChoices
from app.analysis.reading.open_questions import open_questions
from app.analysis.reading.peak_table import read_peak_table

NAMES = ("GM3 36:1", "GD3 36:1", "GM1 36:1", "GD1a 36:1")
TIMES, AREAS = (10.6, 10.1, 10.3, 9.1), (5300, 410, 1010, 4010)


def written(folder: Path, header: str, *columns: tuple[object, ...]) -> Path:
    path = folder / "peaks.csv"
    rows = zip(NAMES, *columns, AREAS, strict=True)
    path.write_text("\n".join([f"Name,{header},Area", *(",".join(map(str, row)) for row in rows)]))
    return path


@pytest.mark.parametrize(
    "header", ["Time", "Zeit", "Temps", "Czas", "Время", "时间", "Ret (min)", "min"]
)
def test_a_column_of_time_is_asked_about(tmp_path: Path, header: str) -> None:
    path = written(tmp_path, header, TIMES)
    (question,) = open_questions(path)
    assert [each.value for each in question.answers] == [header]
    chosen = ReadingChoices(columns={"rt": header})
    assert read_peak_table(path, choices=chosen)["rt_min"].to_list() == [*TIMES]


def test_times_of_two_methods_are_asked_about(tmp_path: Path) -> None:
    path = written(
        tmp_path, "RT C18,RT HILIC,Width (min)", TIMES, (5.1, 6, 7, 8), (0.1, 0.2, 0.1, 1)
    )
    (question,) = open_questions(path)
    assert [each.value for each in question.answers] == ["RT C18", "RT HILIC"]


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        *(("Start", "'Start' are the bounds"), ("RT end (min)", "the bounds of the peaks")),
        *(("RRT", "'RRT' are relative"), ("Rel. RT", "relative"), ("Expected RT", "not measured")),
        ("RT (mm.ss)", "minutes and seconds in 'RT \\(mm.ss\\)' as 10:36"),
    ],
)
def test_other_times_say_why_they_are_none(tmp_path: Path, header: str, reason: str) -> None:
    with pytest.raises(PeakTableError, match=f"lacks the column RT.*{reason}"):
        read_peak_table(written(tmp_path, header, TIMES))


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        *(
            ("Time (h)", (24, 24, 48, 24)),
            ("Time", (0, 24, 48, 72)),
            ("Time", ("a", "b", "c", "d")),
        ),
        *(("Peak width (min)", TIMES), ("Score", TIMES), ("Injection time", TIMES)),
    ],
)
def test_other_columns_are_not_asked_about(
    tmp_path: Path, header: str, cells: tuple[object, ...]
) -> None:
    with pytest.raises(PeakTableError, match="Rename the columns"):
        read_peak_table(written(tmp_path, header, cells))


@pytest.mark.parametrize(
    ("header", "area"),
    [
        *(("Czas retencji [min]", "Powierzchnia piku"), ("Ret.-Zeit (min)", "Peakfläche")),
        *(("Время удерживания, мин", "Площадь пика"), ("T. Ret. (min)", "Área")),
        ("Tps rétention (min)", "Aire"),
    ],
)
def test_headers_of_further_languages_are_known(tmp_path: Path, header: str, area: str) -> None:
    path = tmp_path / "peaks.csv"
    rows = [f"{row[0]}\t{row[1]}\t{row[2]}" for row in zip(NAMES, TIMES, AREAS, strict=True)]
    path.write_text("\n".join([f"Lipid\t{header}\t{area}", *rows]))
    peaks = read_peak_table(path)
    assert (peaks["rt_min"].to_list(), peaks["peak_area"].to_list()) == ([*TIMES], [*AREAS])


@pytest.mark.parametrize("header", ["Fläche {}", "{} Aire", "Площадь пика {}", "峰面积 {}"])
def test_samples_stand_beside_areas_of_further_languages(tmp_path: Path, header: str) -> None:
    columns = ",".join(["tR", *(header.format(each) for each in ("p1", "p2"))])
    path = written(tmp_path, columns, TIMES, AREAS, tuple(2 * each + 7 for each in AREAS))
    path.write_text(path.read_text().replace(",Area\n", ",Remark\n"))
    assert read_peak_table(path)["sample"].unique(maintain_order=True).to_list() == ["p1", "p2"]
