"""Tables that invite a misreading: each is read right, or says what it could not read."""

from pathlib import Path

import polars as pl
import pytest
from xlsxwriter import Workbook

from app.analysis.errors import PeakTableError
from app.analysis.reading.decisions import ReadingChoices, UndecidedError
from app.analysis.reading.peak_table import read_peak_table

GM3, GD1 = "GM3(36:1;O2)", "GD1(36:1;O2)"
HEADER = ("Name", "RT", "Area")
SHOWN = ("sample", "name", "rt_min", "peak_area")


def rows_of(path: Path, choices: ReadingChoices | None = None) -> list[tuple[object, ...]]:
    table = read_peak_table(path, choices=choices or ReadingChoices())
    return table.select(*SHOWN[:2], pl.col("rt_min").round(6), SHOWN[3]).rows()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "peaks.csv"


@pytest.mark.parametrize(
    ("times", "minutes"),
    [
        (("10:36", "9:09"), (10.6, 9.15)),
        (("0:10:36", "1:09:09"), (10.6, 69.15)),
        (("10'36\"", "9'09\""), (10.6, 9.15)),
        (("7'35", "9'09"), (7.583333, 9.15)),
        (("10:36,5", "n.d."), (10.608333, None)),
        (("10.6 min", "9.15 min"), (10.6, 9.15)),
        (("7,588 min", "9,150 min"), (7.588, 9.15)),
        (("636 s", "549 sec"), (10.6, 9.15)),
    ],
)
def test_clock_times_and_units_in_cells_are_read(
    path: Path, times: tuple[str, str], minutes: tuple[float, float | None]
) -> None:
    lines = [
        f"{name};{time};{1000 + n}"
        for n, (name, time) in enumerate(zip((GM3, GD1), times, strict=True))
    ]
    path.write_text("\n".join(["Name;RT;Area", *lines]))
    assert [row[2] for row in rows_of(path)] == list(minutes)
    for preset in ("min", "s", "ms"):
        assert [row[2] for row in rows_of(path, ReadingChoices(rt_unit=preset))] == list(minutes)


@pytest.mark.parametrize("cell", ["7'35", "40 00", "1'2345", "12 34 567"])
def test_marks_that_do_not_group_by_three_make_no_number(path: Path, cell: str) -> None:
    path.write_text(f"Name;RT;Area\n{GM3};10.6;{cell}\n{GD1};9.1;1'234\n")
    assert [row[3] for row in rows_of(path)] == [None, 1234.0]


@pytest.mark.parametrize(
    ("header", "unit", "evidence"),
    [
        ("RT (min)", "auto", "The cells say seconds, the header minutes."),
        ("RT (min)", "min", "The cells say seconds, though minutes were chosen."),
        ("RT", "auto", "The cells say seconds."),
    ],
)
def test_a_note_says_that_the_cells_name_the_unit(
    path: Path, header: str, unit: str, evidence: str
) -> None:
    path.write_text(f"Name,{header},Area\n{GM3},636 s,5000\n{GD1},549 s,4000\n")
    notes: list[str] = []
    read_peak_table(path, choices=ReadingChoices(rt_unit=unit), on_note=notes.append)
    assert f"Retention times are read as seconds. {evidence}" in notes


def test_an_impossible_unit_in_the_cells_is_asked_about(path: Path) -> None:
    path.write_text(f"Name,RT,Area\n{GM3},636 min,5000\n{GD1},549 min,4000\n")
    with pytest.raises(UndecidedError, match="Each cell says minutes, but half"):
        rows_of(path)
    for answer, time in (("min", 636.0), ("s", 10.6)):
        assert rows_of(path, ReadingChoices(rt_unit=answer))[0][2] == time


@pytest.mark.parametrize("column", ["RT", "Area"])
@pytest.mark.parametrize("number", ["9.1\u00b2", "500\u2460", "5\u2081", "8\u00bd", "7\u2488"])
def test_a_footnote_is_no_digit(path: Path, column: str, number: str) -> None:
    cells = f"{number},5000" if column == "RT" else f"10.6,{number}"
    path.write_text(f"Name,RT,Area\n{GM3},{cells}\n{GD1},9.1,\uff14\uff10\uff10\uff10\n")
    read = read_peak_table(path)
    assert read["rt_min" if column == "RT" else "peak_area"].to_list()[0] is None
    assert f"is '{number}', which is not a number" in read["problem"][0]
    assert read["peak_area"][1] == 4000.0


@pytest.mark.parametrize(
    "cell", ["\uff15\uff10\uff10\uff10", "\ufeff5000", "5000 a.u.", "'5000", "5\u202f000", "5 000"]
)
def test_numbers_in_other_characters_are_numbers(path: Path, cell: str) -> None:
    other = "4000 a.u." if "a.u." in cell else "4000"
    path.write_text(f"Name,RT,Area\n{GM3},10.6,{cell}\n{GD1},9.1,{other}\n")
    assert [row[3] for row in rows_of(path)] == [5000.0, 4000.0]


def test_a_stray_inch_mark_swallows_no_row(path: Path) -> None:
    path.write_text(f'Name,RT,Area,Note\n{GM3},10.6,5000,5"\n{GD1},9.1,4000,6"\n')
    assert [row[1] for row in rows_of(path)] == [GM3, GD1]


def test_a_share_of_the_area_is_no_area(path: Path) -> None:
    path.write_text(f"Name,RT,Area %,Area\n{GM3},10.6,55,5000\n")
    assert rows_of(path) == [("", GM3, 10.6, 5000.0)]


@pytest.mark.parametrize(
    "header",
    [
        "Area %",
        "log10 Area",
        "log2(Intensity)",
        "ln Area",
        "IS Area",
        "Area Ratio,Area IS",
    ],
)
def test_shares_logarithms_and_standards_alone_are_refused(path: Path, header: str) -> None:
    path.write_text(f"Name,RT,{header}\n{GM3},10.6,5.2\n")
    with pytest.raises(PeakTableError, match="lacks the column Volume"):
        rows_of(path)


@pytest.mark.parametrize(
    "header",
    [
        "Name,RT,Area s1,Area s2,Area mean,Area SD,Area CV",
        "Name,RT,s1 Area,s2 Area,Average Area,RSD Area,Median Area",
        "Name,RT,s1 Area,s2 Area,s_mean Area,SD s Area,Area ratio s1/s2",
        "Name,RT,Area[s1],Area[s2],Area[s (mean)],Area[s SD],Area[Avg of s]",
    ],
)
def test_statistics_of_samples_are_no_samples(path: Path, header: str) -> None:
    path.write_text(f"{header}\n{GM3},10.6,1500,1600,1550,50,3.2\n")
    notes: list[str] = []
    read = read_peak_table(path, on_note=notes.append)
    assert read["sample"].to_list() == ["s1", "s2"]
    assert any("statistics" in note for note in notes)


def test_a_mean_alone_is_the_area(path: Path) -> None:
    path.write_text(f"Name,RT,Mean Area,SD Area\n{GM3},10.6,1500,16\n")
    assert rows_of(path) == [("", GM3, 10.6, 1500.0)]


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (
            f"Name,RT,Area,RT,Area\n{GM3},10.6,5000,10.7,5100\n",
            [("1", GM3, 10.6, 5000.0), ("2", GM3, 10.7, 5100.0)],
        ),
        (
            f"Name,RT,Area,Area\n,,s1,s2\n{GM3},10.6,5000,5100\n",
            [("s1", GM3, 10.6, 5000.0), ("s2", GM3, 10.6, 5100.0)],
        ),
    ],
)
def test_repeated_columns_are_samples(
    path: Path, content: str, rows: list[tuple[object, ...]]
) -> None:
    path.write_text(content)
    assert rows_of(path) == rows


def test_tables_side_by_side_are_refused(path: Path) -> None:
    path.write_text(f"Name,RT,Area,,Name,RT,Area\n{GM3},10.6,5000,,{GD1},9.1,4000\n")
    with pytest.raises(PeakTableError, match="side by side"):
        rows_of(path)


@pytest.mark.parametrize("header", ["Name,RT,Area,Note,Name,Note", "Name,RT,Area,Name,Note,Note"])
def test_a_repeated_name_alone_makes_no_second_table(path: Path, header: str) -> None:
    path.write_text(f"{header}\n{GM3},10.6,5000,a,{GM3},b\n")
    assert rows_of(path) == [("", GM3, 10.6, 5000.0)]


@pytest.mark.parametrize(
    "header",
    [
        *("Name,RT,Note,Name,RT,Area", "Name,Area,RT,Note,Name,Area"),
        *("Name,a RT,a Area,Name,a RT,a Area", "Name,RT,a Area,b Area,Name,a Area"),
    ],
)
def test_names_repeated_with_times_or_areas_make_a_second_table(path: Path, header: str) -> None:
    path.write_text(f"{header}\n{GM3},10.6,5000,{GM3},9.1,1\n")
    with pytest.raises(PeakTableError, match="side by side"):
        rows_of(path)


def test_a_repeated_header_is_no_peak(path: Path) -> None:
    path.write_text(f"Name,RT,Area\n{GM3},10:36,5000\nName,RT,Area\n{GD1},9:09,4000\n")
    read = read_peak_table(path)
    assert read["rt_min"].round(6).to_list() == [10.6, None, 9.15]
    assert read["problem"].to_list() == [None, "The row repeats the header.", None]


@pytest.mark.parametrize("header", ["Name,Area,RT", "Name,RT (s),Area", "RT,Name,Area"])
def test_rows_below_another_header_give_no_numbers(path: Path, header: str) -> None:
    path.write_text(f"Name,RT,Area\n{GM3},10.6,5000\n{header}\n{GD1},4000,9.1\n{GD1},40,9.2\n")
    read = read_peak_table(path)
    assert read["rt_min"].to_list() == [10.6, None, None, None]
    assert read["problem"].null_count() == 1


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        *(("Name,Mean,SD", "5050,70"), ("Name,Slope,Intercept", "505,0.7")),
        *(("Lipid,m/z,Adduct", "1179.7,[M-H]-"), ("Compound,Sum,n", "9000,2")),
    ],
)
def test_a_table_of_other_columns_below_gives_no_peak_and_no_unit(
    path: Path, header: str, cells: str
) -> None:
    below = "".join(f"{name},{cells}\n" for name in (GM3, GD1))
    path.write_text(f"Name,RT,Area\n{GM3},10.6,5000\n{GD1},9.1,4000\n\n{header}\n{below}")
    read = read_peak_table(path)
    assert read["rt_min"].to_list() == [10.6, 9.1, None, None, None]
    assert read["problem"].null_count() == 2


@pytest.mark.parametrize("header", ["", "Class,Sum,n\n"])
@pytest.mark.parametrize("rt", ["RT", "RT (min)"])
def test_sums_of_classes_below_say_nothing_of_the_unit_of_time(
    path: Path, header: str, rt: str
) -> None:
    sums = "GM3,5000,1\nGD1,4000,1\nGT1,500,2\nGQ1,700,2\nTotal,10200,6\n"
    path.write_text(f"Name,{rt},Area\n{GM3},10.6,5000\n{GD1},9.1,4000\n{header}{sums}")
    assert [row[2] for row in rows_of(path)[:2]] == [10.6, 9.1]


@pytest.mark.parametrize(
    "comment",
    [
        *("# RT in seconds", "Retention times: s", "RT (sec)", "# RT unit: s", "RT [s]; column 3"),
        *("Retention times are given in seconds.", "retention time values in sec, window 2 min"),
    ],
)
def test_a_comment_above_the_header_gives_the_unit(path: Path, comment: str) -> None:
    path.write_text(f"{comment}\nName,RT,Area\n{GM3},63.6,5000\n{GD1},54.9,4000\n")
    notes: list[str] = []
    read = read_peak_table(path, on_note=notes.append)
    assert read["rt_min"].round(6).to_list() == [1.06, 0.915]
    assert any(note.endswith(" above the header says so.") for note in notes)


@pytest.mark.parametrize(
    "comment",
    [
        *("# RT tolerance 30 s", "RT window: 5 s", "# RT shift of the standard, in seconds"),
        *("RT, s1 to s4", "RT was not in seconds", "RT in s or min", "# RT min: 30; RT max: 300 s"),
        "# RT in min\n# RT in s",
    ],
)
def test_a_remark_on_times_gives_no_unit(path: Path, comment: str) -> None:
    path.write_text(f"{comment}\nName,RT,Area\n{GM3},60.6,5000\n{GD1},49.1,4000\n")
    assert [row[2] for row in rows_of(path)] == [60.6, 49.1]


def test_a_sample_written_once_is_that_of_the_rows_below(path: Path) -> None:
    rows = f"s1,{GM3},10.6,5000\n,{GD1},9.1,4000\ns2,{GM3},10.6,5100\n,{GD1},9.1,4100\n"
    path.write_text(f"Sample,Name,RT,Area\n{rows}")
    assert [row[0] for row in rows_of(path)] == ["s1", "s1", "s2", "s2"]


@pytest.mark.parametrize(
    "header",
    [
        "Substanz;Retentionszeit (min);Fl\u00e4che;Anker;Probe",
        "Compos\u00e9;Temps de r\u00e9tention (min);Aire;Ancre;\u00c9chantillon",
        "Compuesto;Tiempo de retenci\u00f3n;\u00c1rea;Ancla;Muestra",
        "Composto;Tempo di ritenzione;Area;Ancora;Campione",
        "化合物名;保持時間(分);面積;アンカー;試料",
    ],
)
def test_headers_of_other_languages_are_known(path: Path, header: str) -> None:
    path.write_text(f"{header}\n{GM3};10,6;5000;1;a\n")
    assert rows_of(path) == [("a", GM3, 10.6, 5000.0)]
    assert read_peak_table(path)["anchor"].to_list() == [True]


def write_sheets(path: Path, sheets: dict[str, list[list[object]]]) -> None:
    with Workbook(path) as book:
        for name, lines in sheets.items():
            sheet = book.add_worksheet(name)
            for place, line in enumerate(lines):
                sheet.write_row(place, 0, line)


@pytest.mark.parametrize("is_below", [False, True])
def test_sheets_with_their_own_units_are_converted(tmp_path: Path, is_below: bool) -> None:
    path = tmp_path / "peaks.xlsx"
    sheets: dict[str, list[list[object]]] = {
        "GM3": [["Name", "RT", "Area"], ["", "min"], [GM3, 10.6, 5000]],
        "GD1": [["Name", "RT", "Area"], ["", "s"], [GD1, 549, 4000]],
    }
    if not is_below:
        for lines in sheets.values():
            lines[0][1] = f"RT ({lines.pop(1)[1]})"
    write_sheets(path, sheets)
    assert rows_of(path) == [("", GM3, 10.6, 5000.0), ("", GD1, 9.15, 4000.0)]


def test_sheets_of_unlike_times_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "peaks.xlsx"
    write_sheets(path, {"GM3": [[*HEADER], [GM3, 10.6, 5]], "GD1": [[*HEADER], [GD1, 549, 4]]})
    with pytest.raises(PeakTableError, match="different units"):
        rows_of(path)


def test_a_sheet_of_averages_is_no_sample(tmp_path: Path) -> None:
    path = tmp_path / "peaks.xlsx"
    write_sheets(
        path, {"Data": [[*HEADER], [GM3, 10.6, 5]], "Averages": [[*HEADER], [GM3, 10.7, 6]]}
    )
    assert rows_of(path) == [("", GM3, 10.6, 5.0)]


@pytest.mark.parametrize("others", [["Info"], ["Averages", "Info"], []])
def test_a_peak_table_on_a_sheet_named_as_a_summary_is_read(
    tmp_path: Path, others: list[str]
) -> None:
    path = tmp_path / "peaks.xlsx"
    about: list[list[object]] = [["Made by", "somebody"]]
    peaks: list[list[object]] = [[*HEADER], [GM3, 10.6, 5]]
    write_sheets(path, {"Summary": peaks} | dict.fromkeys(others, about))
    assert rows_of(path) == [("", GM3, 10.6, 5.0)]


def test_areas_of_internal_standards_are_no_samples(path: Path) -> None:
    path.write_text(f"Name,RT,Area a,Area IS a,Area b,Area IS b\n{GM3},10.6,5,55,4,56\n")
    assert rows_of(path) == [("a", GM3, 10.6, 5.0), ("b", GM3, 10.6, 4.0)]


def test_areas_are_read_before_normalized_ones(path: Path) -> None:
    path.write_text(f"Name,RT,a Normalized Area,a Raw Area,a Height\n{GM3},10.6,0.5,5,1\n")
    assert rows_of(path) == [("a", GM3, 10.6, 5.0)]


def test_samples_with_times_in_different_units_are_refused(path: Path) -> None:
    path.write_text(f"Name,a RT (min),a Area,b RT (s),b Area\n{GM3},10.6,5,636,4\n")
    with pytest.raises(PeakTableError, match="different units"):
        rows_of(path)


def test_samples_called_sd_are_samples(path: Path) -> None:
    path.write_text(f"Name,RT,SD 1 Area,SD 2 Area,WT 1 Area\n{GM3},10.6,5,6,7\n")
    assert [row[0] for row in rows_of(path)] == ["SD 1", "SD 2", "WT 1"]


def test_names_beside_double_bonds_stay_names(tmp_path: Path) -> None:
    path = tmp_path / "peaks.xlsx"
    notes: list[str] = []
    write_sheets(path, {"Peaks": [[*HEADER, "Dbs"], [GM3, 10.6, 5, 1], [GD1, 9.1, 4, 1]]})
    read = read_peak_table(path, on_note=notes.append)
    assert read["name"].to_list() == [GM3, GD1]
    assert not any("Species" in note for note in notes)


@pytest.mark.parametrize("unit", ["[s]", "(sec)", "s"])
def test_a_unit_below_the_header_can_stand_in_brackets(path: Path, unit: str) -> None:
    path.write_text(f"Name;RT;Area\n;{unit};\n{GM3};63,6;5\n{GD1};54,9;4\n")
    assert [row[2] for row in rows_of(path)] == [1.06, 0.915]


@pytest.mark.parametrize(
    ("header", "samples"),
    [
        ("Area 101,Area 102,Area 201", ["101", "102", "201"]),
        ("Area 101,Area 102", ["101", "102"]),
        ("E14 Area,E18 Area,P1 Area", ["E14", "E18", "P1"]),
        ("Area 10,Area 1e3,Area x103", ["10", "1e3", "x103"]),
        ("Log 1 Area,Log 2 Area,Lag 1 Area", ["Log 1", "Log 2", "Lag 1"]),
        ("Area[1010],Area[1e6]", ["1010", "1e6"]),
        ("CV 1 Area,CV 2 Area,GF 1 Area", ["CV 1", "CV 2", "GF 1"]),
        ("Area ratio 1,Area ratio 2b", ["ratio 1", "ratio 2b"]),
        ("Area SEM 1,Area RSD 1", ["SEM 1", "RSD 1"]),
    ],
)
def test_samples_named_like_units_or_statistics_are_read(
    path: Path, header: str, samples: list[str]
) -> None:
    areas = [1000.0 + place for place in range(len(samples))]
    path.write_text(f"Name,RT,{header}\n{GM3},10.6,{','.join(map(str, areas))}\n")
    notes: list[str] = []
    read = read_peak_table(path, on_note=notes.append)
    assert dict(zip(read["sample"], read["peak_area"], strict=True)) == dict(
        zip(samples, areas, strict=True)
    )
    assert not any("not read" in note for note in notes)


@pytest.mark.parametrize(
    "unread",
    [
        *(
            "Area (x10^6)",
            "Area [10^6]",
            "Area (\u00d710\u2076)",
            "Area (10^6 counts)",
            "Area /1e6",
        ),
        *("Area x1000", "log10 s1 Area", "log s1 Area", "Area (log2)", "s1 ln Area"),
        *("CV s Area", "Mean 1 Area", "Area ratio s1/s2"),
    ],
)
def test_columns_in_other_units_are_no_samples_and_a_note_names_them(
    path: Path, unread: str
) -> None:
    path.write_text(f"Name,RT,s1 Area,s2 Area,{unread}\n{GM3},10.6,1500,1600,3.2\n")
    notes: list[str] = []
    read = read_peak_table(path, on_note=notes.append)
    assert read["sample"].to_list() == ["s1", "s2"]
    assert any(f"not read: '{unread}'" in note for note in notes)


def test_numbered_statistics_beside_means_are_no_samples(path: Path) -> None:
    path.write_text(f"Name,RT,a Area,Area mean 1,Area CV 1,Area SD 1\n{GM3},10.6,5,6,7,8\n")
    assert rows_of(path) == [("a", GM3, 10.6, 5.0)]


@pytest.mark.parametrize("header", ["Sample,Name,RT,Area,Area", "Probe,Name,RT,Area,RT,Area"])
def test_a_column_of_samples_outweighs_a_repeated_column(path: Path, header: str) -> None:
    more = ",10.8,51" if header.count("RT") > 1 else ",51"
    path.write_text(f"{header}\nbrain,{GM3},10.6,50{more}\nliver,{GM3},10.7,60{more}\n")
    notes: list[str] = []
    read = read_peak_table(path, on_note=notes.append)
    assert read.select(SHOWN).rows() == [("brain", GM3, 10.6, 50.0), ("liver", GM3, 10.7, 60.0)]
    assert any("'Area (2)' are not" in note for note in notes)


def test_areas_are_chosen_beside_a_column_of_samples(path: Path) -> None:
    path.write_text(f"Sample,Name,RT,Area,Area\nbrain,{GM3},10.6,50,51\n")
    of_area = ReadingChoices(columns={"volume": "Area (2)"})
    assert rows_of(path, of_area) == [("brain", GM3, 10.6, 51.0)]
    of_none = ReadingChoices(columns={"sample": ""})
    assert [row[0] for row in rows_of(path, of_none)] == ["1", "2"]


def test_a_column_of_samples_beside_columns_of_samples_is_noted(path: Path) -> None:
    path.write_text(f"Sample,Name,RT,a Area,b Area\nx,{GM3},10.6,50,51\n")
    notes: list[str] = []
    read = read_peak_table(path, on_note=notes.append)
    assert read["sample"].to_list() == ["a", "b"]
    assert any("the column 'Sample' is not read" in note for note in notes)


def problems_of(path: Path, *lines: str) -> list[str | None]:
    path.write_text("\n".join(lines))
    return read_peak_table(path)["problem"].to_list()


REPEATED = "The row repeats the header."


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Name,RT,Area,Anchor,Sample type", f"{GM3},10.6,5000,anchor,Sample"),
        ("Name;RT;Area;Anchor;Probe;Sample type", f"{GM3};10,6;5000;Anchor;Probe;Sample"),
        ("Name,RT,Area,Sample,Sample type", "Lipid,10.6,5000,Sample,Sample"),
        ("Name,Area,RT,Sample,Evidence", "Lipid,Area,10.6,Sample,Evidence"),
    ],
)
def test_a_row_with_words_of_headers_is_no_header(path: Path, header: str, row: str) -> None:
    mark = ";" if ";" in header else ","
    last = mark.join([GD1, *["n.d."] * 2, *[""] * (header.count(mark) - 2)])
    path.write_text("\n".join([header, row, row.replace("10", "11"), last]))
    read = read_peak_table(path)
    assert read["rt_min"].to_list() == [10.6, 11.6, None]
    assert not read["problem"].fill_null("").str.contains("header").any()


@pytest.mark.parametrize(
    ("header", "again", "peak"),
    [
        ("Name,RT,Area", "name,rt,area", f"{GM3},10.6,5000"),
        ("Name,RT,Area", "NAME , R.T.,area", f"{GM3},10.6,5000"),
        ("Name,RT (min),Area", "Name,RT [min],Area", f"{GM3},10.6,5000"),
        ("Name,RT,Area,RT,Area", "Name,RT,Area,RT,Area", f"{GM3},10.6,5000,10.7,5100"),
        (
            ",s1,,s2,\nName,RT,Area,RT,Area",
            "Name,RT,Area,RT,Area",
            f"{GM3},10.6,5000,10.7,5100",
        ),
        (
            ",,brain Area,liver Area\nName,RT,,",
            "Name,RT,brain Area,liver Area",
            f"{GM3},10.6,5,6",
        ),
        ("Name,RT,Area s1,Area s2", "name,rt,AREA S1,area s2", f"{GM3},10.6,5,6"),
    ],
)
def test_a_repeated_header_in_another_spelling_loses_no_row(
    path: Path, header: str, again: str, peak: str
) -> None:
    path.write_text("\n".join([header, peak, again, peak.replace("10.", "11."), again]))
    read = read_peak_table(path)
    samples = 1 + ("s1" in header or "RT,Area,RT" in header or "brain" in header)
    problems = read["problem"].fill_null("").to_list()
    assert problems.count("") == 2 * samples
    assert problems.count(REPEATED) == 2
    assert read["rt_min"].drop_nulls().is_between(10, 12).all()


@pytest.mark.parametrize("again", ["Name,RT,,Area", "Name,RT,Normalized Area,", "Area,Name,RT,"])
def test_another_header_in_part_is_no_repeated_one(path: Path, again: str) -> None:
    problems = problems_of(path, "Name,RT,Area,Note", f"{GM3},10.6,5,", again, f"{GD1},9.1,4,3")
    assert problems[0] is None
    assert all("second header" in (problem or "") for problem in problems[1:])


def test_a_repeated_header_without_its_unit_is_another(path: Path) -> None:
    lines = ("Name,RT (s),Area", f"{GM3},636,5", "Name,RT,Area", f"{GD1},9.1,4")
    assert [problem is None for problem in problems_of(path, *lines)] == [True, False, False]


def test_a_repeated_header_is_no_sample(path: Path) -> None:
    path.write_text(f"Sample,Name,RT,Area\ns1,{GM3},10.6,5\nSample,Name,RT,Area\ns2,{GM3},10.6,6\n")
    assert [row[0] for row in rows_of(path)] == ["s1", "", "s2"]


@pytest.mark.parametrize("empty", ["", " ", "\u00a0"])
@pytest.mark.parametrize("pages", [1, 2])
@pytest.mark.parametrize("again", ["", "s1"])
def test_samples_written_once_go_on_below_a_repeated_header(
    path: Path, empty: str, pages: int, again: str
) -> None:
    header = "Sample,Name,RT,Area\n"
    page = f"{header}{again or empty},{GD1},9.1,4000\n"
    rows = f"{header}s1,{GM3},10.6,5000\n{empty},{GD1},9.2,4100\n{page * pages}s2,{GM3},10.6,5\n"
    path.write_text(f"{rows}{empty},{GD1},9.3,6\n")
    read = read_peak_table(path).filter(pl.col("problem").fill_null("") != REPEATED)
    assert read["sample"].to_list() == ["s1", "s1", *["s1"] * pages, "s2", "s2"]


def test_numbers_of_samples_written_once_are_filled(tmp_path: Path) -> None:
    path = tmp_path / "peaks.xlsx"
    rows: list[list[object]] = [[1, GM3, 10.6, 5], [None, GD1, 9.1, 4], [2, GM3, 10.6, 6]]
    write_sheets(path, {"Data": [["Sample", *HEADER], *rows]})
    first, second, third = (row[0] for row in rows_of(path))
    assert first == second != third


def test_samples_that_come_twice_are_not_filled(path: Path) -> None:
    path.write_text(f"Sample,Name,RT,Area\ns1,{GM3},1,5\ns1,{GM3},2,6\n,{GD1},3,4\ns2,{GM3},4,7\n")
    assert [row[0] for row in rows_of(path)] == ["s1", "s1", "", "s2"]
