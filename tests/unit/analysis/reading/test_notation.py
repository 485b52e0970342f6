"""Decimal marks and units of time: decided by the whole table, or asked."""

from pathlib import Path

import polars as pl
import pytest

from app.analysis.reading.decisions import ReadingChoices, UndecidedError
from app.analysis.reading.open_questions import open_questions
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.reading.preview import preview


def written(folder: Path, *lines: str) -> Path:
    path = folder / "peaks.csv"
    path.write_text("\n".join([*lines, ""]))
    return path


def peaks(folder: Path, *lines: str, **choices: str) -> pl.DataFrame:
    return read_peak_table(written(folder, *lines), choices=ReadingChoices(**choices))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rows", "area"),
    [
        (["GM3(36:1;O2);7,588;530,172", "GD1(36:1;O2);n.d.;1,000", "a;9,1;2,000"], 530.172),
        (["GM3(36:1;O2);7,588;530,172", "a;k.A.;<LOD", "b;-;#DIV/0!", "c;N/F;9,736"], 530.172),
        (["GM3(36:1;O2);7.588;530,172", "a;9.1;1,000"], 530172.0),
        (["GM3(36:1;O2);10;530,172", "a;9;0,050"], 530.172),
        (["GM3(36:1;O2);10;530,172", "a;9;46493"], 530.172),
        (["GM3(36:1;O2);10;530,172", "a;9;1,530,172"], 530172.0),
        (["GM3(36:1;O2);10;530.172", "a;9;1.530.172"], 530172.0),
        (["GM3(36:1;O2);10;530.172", "a;9;1.530,5"], 530172.0),
        (["GM3(36:1;O2);10;530,172", "a;9;1 530,5"], 530.172),
        (["GM3(36:1;O2);10;530.172", "a;9;5,3E+05"], 530172.0),
        (["GM3(36:1;O2);10.6;530.172", "a;9;1000"], 530.172),
    ],
)
def test_one_notation_is_found_for_the_whole_table(
    tmp_path: Path, rows: list[str], area: float
) -> None:
    assert peaks(tmp_path, "Name;RT;Volume", *rows)["peak_area"][0] == area


def test_points_between_the_thousands_of_masses_are_no_decimal_points(tmp_path: Path) -> None:
    lines = ["Name,RT,Volume,mz", "GM3(36:1;O2),10,530,1.179", "GM3(37:1;O2),11,46,1.193"]
    assert peaks(tmp_path, *lines)["mz"].to_list() == [1179.0, 1193.0]


def test_columns_whose_sizes_contradict_each_other_are_asked_about(tmp_path: Path) -> None:
    lines = ["Name,RT,Volume,mz", "GM3(36:1;O2),10.588,530,1.179", "GM3(37:1;O2),11.121,46,1.193"]
    with pytest.raises(UndecidedError, match="decimal"):
        peaks(tmp_path, *lines)


@pytest.mark.parametrize("mark", [",", "."])
@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_a_table_with_two_readings_is_asked_about(
    tmp_path: Path, mark: str, separator: str
) -> None:
    lines = [f"Name{separator}RT{separator}Volume"]
    lines += [f"GM3(36:1;O2){separator}{rt}{separator}530{mark}172" for rt in (10, 11)]
    with pytest.raises(UndecidedError) as asked:
        peaks(tmp_path, *lines)
    (question,) = asked.value.questions
    assert question.subject == "decimal"
    assert "530172" in str(asked.value)
    assert "530.172" in str(asked.value)
    areas = {
        value: peaks(tmp_path, *lines, decimal=value)["peak_area"].to_list()
        for value in ("point", "comma")
    }
    assert sorted(area[0] for area in areas.values()) == [530.172, 530172.0]
    assert preview(tmp_path / "peaks.csv").questions == (question,)


@pytest.mark.parametrize(
    "header",
    [
        *("RT (sec)", "RT[s]", "rt_s", "RT sec.", "Retention time (seconds)", "RT_sec", "RTsec"),
        *("Retention Time, s", "Retentionszeit (s)", "RT in seconds", "RT\uff08秒\uff09", "RT / s"),
    ],
)
def test_times_in_seconds_become_minutes_by_their_header(tmp_path: Path, header: str) -> None:
    read = peaks(tmp_path, f'Name\t"{header}"\tVolume', "GM3(36:1;O2)\t455.3\t530172")
    assert read["rt_min"].to_list() == [pytest.approx(7.588, abs=0.001)]


def test_times_in_milliseconds_become_minutes_by_their_header(tmp_path: Path) -> None:
    read = peaks(tmp_path, "Name,RT [ms],Volume", "GM3(36:1;O2),455300,530172")
    assert read["rt_min"].to_list() == [pytest.approx(7.588, abs=0.001)]


def test_times_as_large_as_areas_are_asked_about(tmp_path: Path) -> None:
    """The headers of times and areas can be exchanged."""
    path = written(tmp_path, "Name,Area,RT", "GM3(36:1;O2),10.6,530172", "GM3(38:1;O2),12.1,83000")
    assert [each.subject for each in open_questions(path)] == ["rt_unit"]


def test_a_question_about_a_unit_always_has_answers(tmp_path: Path) -> None:
    for time in ("0.001", "170", "90000", "100000000000"):
        path = written(tmp_path, "Name,RT (min),Volume", f"GM3(36:1;O2),{time},5")
        for question in open_questions(path):
            assert len(question.answers) >= 3


@pytest.mark.parametrize("header", ["RT (h)", "RT [hours]", "rt_h", "Retentionszeit (Stunden)"])
def test_times_in_hours_become_minutes_by_their_header(tmp_path: Path, header: str) -> None:
    read = peaks(tmp_path, f"Name,{header},Volume", "GM3(36:1;O2),0.125,530172")
    assert read["rt_min"].to_list() == [pytest.approx(7.5)]


@pytest.mark.parametrize("header", ["RT", "RT (min)", "rt_min", "RT/min", "Retentionszeit (Min.)"])
def test_times_in_minutes_stay_as_they_are(tmp_path: Path, header: str) -> None:
    read = peaks(tmp_path, f"Name,{header},Volume", "GM3(36:1;O2),7.588,530172")
    assert read["rt_min"].to_list() == [7.588]


def test_times_too_long_for_minutes_are_seconds_and_the_notes_say_so(tmp_path: Path) -> None:
    path = written(tmp_path, "Name,RT,Volume", "GM3(36:1;O2),455.3,5", "GD1(36:1;O2),548.6,5")
    notes: list[str] = []
    assert read_peak_table(path, on_note=notes.append)["rt_min"][0] == pytest.approx(
        7.588, abs=0.001
    )
    assert any("read as seconds" in note for note in notes)


@pytest.mark.parametrize(
    ("header", "time"), [("RT", "150"), ("RT (min)", "455"), ("RT (s)", "7.5")]
)
def test_times_that_fit_no_unit_well_are_asked_about(
    tmp_path: Path, header: str, time: str
) -> None:
    lines = (f"Name,{header},Volume", f"GM3(36:1;O2),{time},530172")
    with pytest.raises(UndecidedError, match="Set rt_unit"):
        peaks(tmp_path, *lines)
    assert peaks(tmp_path, *lines, rt_unit="min")["rt_min"][0] == float(time)
    assert peaks(tmp_path, *lines, rt_unit="s")["rt_min"][0] == float(time) / 60


@pytest.mark.parametrize("header", ["rtmed,rtmin,rtmax", "rtmin,rtmax,rt", "rtmin,rtmed,rtmax"])
def test_bounds_of_a_peak_are_not_its_time(tmp_path: Path, header: str) -> None:
    times = header.replace("rtmin", "7.4").replace("rtmax", "7.8")
    times = times.replace("rtmed", "7.588").replace("rt", "7.588")
    read = peaks(tmp_path, f"Name,{header},Volume", f"GM3(36:1;O2),{times},530172")
    assert read["rt_min"].to_list() == [7.588]


@pytest.mark.parametrize(("unit", "minutes"), [("s", 7.588), ("sec", 7.588), ("min", 455.3 / 60)])
def test_a_row_of_units_gives_the_unit_of_the_times(
    tmp_path: Path, unit: str, minutes: float
) -> None:
    time = "7.588333" if unit == "min" else "455.3"
    read = peaks(tmp_path, "Name,RT,Volume", f",{unit},a.u.", f"GM3(36:1;O2),{time},530172")
    assert read["rt_min"].to_list() == [pytest.approx(minutes, abs=0.001)]
