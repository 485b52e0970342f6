"""Headers below other lines, units below headers, and columns whose cells say what they hold."""

from pathlib import Path

import pytest

from app.analysis.errors import PeakTableError
from app.analysis.reading.layout.header import column_letters, named_columns, with_group_labels
from tests.unit.analysis.reading.written_table import Table

HEADER = "Name,RT,Volume"
GM3, GD1 = "GM3(36:1;O2),10.6,530172", "GD1(36:1;O2),9.14,401790"
PEAKS = [("GM3(36:1;O2)", 10.6, 530172.0), ("GD1(36:1;O2)", 9.14, 401790.0)]


@pytest.fixture
def table(tmp_path: Path) -> Table:
    return Table(tmp_path / "peaks.csv")


@pytest.mark.parametrize(
    "above",
    [
        ["Gangliosides of pig brain"],
        ["Gangliosides of pig brain,,"],
        ["[Header]", "Application Name,LabSolutions,", "[Peak Table]", "# of Peaks,2,"],
        ["# made by a script", "# date: 2024-01-02", ""],
        ["Operator,A. Person,", "Column,C18,", "Sample,brain,", ""],
        ['"Table S3, gangliosides",,', ",,"],
        [f"line {number}," for number in range(40)],
    ],
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_lines_above_the_header_are_no_peaks(
    table: Table, above: list[str], separator: str
) -> None:
    text = "\n".join([*above, HEADER, GM3, GD1])
    assert table.peaks(text.replace(",", separator)) == PEAKS


@pytest.mark.parametrize(
    "units",
    [",min,a.u.", "text,min,counts", ",(min),", ",[min],[a.u.]", "string,Minutes,Area counts"],
)
def test_a_row_of_units_below_the_header_is_no_peak(table: Table, units: str) -> None:
    assert table.peaks("\n".join([HEADER, units, GM3, GD1])) == PEAKS
    assert "holds units" in table.notes[0]


@pytest.mark.parametrize("row", ["GM3(36:1;O2),min,5", ",10.6,a.u.", ",,"])
def test_a_row_with_a_name_or_a_number_is_no_row_of_units(table: Table, row: str) -> None:
    assert table.read("\n".join([HEADER, row, GM3, GD1])).height == 3


def test_columns_without_a_name_or_with_a_repeated_one_are_named_as_a_person_sees_them() -> None:
    header = ["Name", "Area", "", "Area", "", "Area"]
    named = ["Name", "Area", "column C", "Area (2)", "column E", "Area (3)"]
    assert named_columns(header) == named
    assert [column_letters(place) for place in (0, 25, 26, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "ZZ",
        "AAA",
    ]


def test_labels_of_merged_cells_tell_repeated_columns_apart() -> None:
    above = ["", "s1", "", "s2", ""]
    header = ["Name", "RT", "Area", "RT", "Area"]
    assert with_group_labels(header, above) == ["Name", "s1 RT", "s1 Area", "s2 RT", "s2 Area"]
    merged_down = with_group_labels(["", "RT", "Area", "RT", "Area"], ["Name", *above[1:]])
    assert merged_down[0] == "Name"
    assert with_group_labels(["a", "b"], ["x", "y"]) == ["a", "b"]


@pytest.mark.parametrize(
    ("header", "organism"),
    [("Species,Lipid", "Sus scrofa"), ("Compound,Annotation", "C59H108"), ("Name,Lipid", "peak 7")],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_among_columns_of_names_the_one_with_names_is_read(
    table: Table, header: str, organism: str, is_first: bool
) -> None:
    pairs = [organism, "GM3(36:1;O2)"]
    names = header.split(",")
    if not is_first:
        pairs, names = pairs[::-1], names[::-1]
    text = f"{','.join(names)},RT,Area\n{','.join(pairs)},10.6,530172\n"
    assert table.peaks(text) == PEAKS[:1]


def test_a_name_read_from_another_column_than_usual_is_noted(table: Table) -> None:
    table.read("Species,Lipid,RT,Area\nSus scrofa,GM3(36:1;O2),10.6,5\n")
    assert table.notes == [
        "Names are read from the column 'Lipid', whose cells are names of gangliosides; those of "
        "'Species' are not."
    ]


def test_a_column_of_names_is_found_under_any_header(table: Table) -> None:
    assert table.peaks(f"Identity,RT,Volume\n{GM3}\n{GD1}\n") == PEAKS
    assert table.notes == [
        "Names are read from the column 'Identity', whose cells are names of gangliosides."
    ]


@pytest.mark.parametrize(
    ("cell", "name", "others"),
    [
        ("GM3 36:1;O2|GM3 18:1;O2/18:0", "GM3 36:1;O2|GM3 18:1;O2/18:0", None),
        ("GM3 36:1;O2 | GD3 34:1;O2", "GM3 36:1;O2", "GD3 34:1;O2"),
        ("GM3 36:1;O2|GM3 18:1;O2/18:0|GD3 34:1;O2", "GM3 36:1;O2|GM3 18:1;O2/18:0", "GD3 34:1;O2"),
        ("GM3(36:1;O2); GD3(34:1;O2)", "GM3(36:1;O2)", "GD3(34:1;O2)"),
        ("GM3 36:1;O2 or GD3 34:1;O2", "GM3 36:1;O2", "GD3 34:1;O2"),
        ("GM3 36:1;O2", "GM3 36:1;O2", None),
    ],
)
def test_the_first_of_several_names_in_a_cell_is_read_and_the_others_are_kept(
    table: Table, cell: str, name: str, others: str | None
) -> None:
    peaks = table.read(f"Name,RT,Volume\n{cell},10.6,5\n")
    assert peaks.select("name", "alternatives").row(0) == (name, others)
    assert any("several names" in note for note in table.notes) == (others is not None)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Name;RT;Volume\nGM3 36:1;2;10.6;530172\nGD1 18:1;2/18:0;0;9.14;401790\n", 2),
        ("Name;RT;Volume\nGM3 36:1;O2;10.6;530172\nGD1 36:1;2;9.14;401790\n", 2),
        (
            "Name,RT,Volume\nGM3(d18:1/18:2(9Z,12Z)),10.6,530172\n"
            "GM3 18:1;1OH,3OH/16:0,9.14,401790\n",
            2,
        ),
        ('Name,RT,Volume\n""GM3 36:1;O2, x"",10.6,530172\nGD1(36:1;O2),9.14,401790\n', 2),
    ],
)
def test_separators_that_stand_in_names_do_not_divide_a_row(
    table: Table, text: str, names: int
) -> None:
    peaks = table.read(text)
    assert peaks["problem"].null_count() == names
    assert peaks.select("rt_min", "peak_area").rows() == [row[1:] for row in PEAKS]


@pytest.mark.parametrize(
    "header",
    [
        *("RT observed", "RT (obs.)", "Observed retention time (min)", "RT predicted,RT observed"),
        *("average RT", "RT_avg", "Library RT,Aligned RT", "calcRT,measuredRT", "RT mean,RT SD"),
    ],
)
def test_measured_times_are_distinguished_from_others(table: Table, header: str) -> None:
    first, *others = header.split(",")
    cells = [",99" * bool(others) + f",{time}" for time in (10.6, 9.14)]
    if first == "RT mean":
        cells = [",10.6,0.1", ",9.14,0.2"]
    rows = ("GM3(36:1;O2){},530172", "GD1(36:1;O2){},401790")
    lines = [row.format(cell) for row, cell in zip(rows, cells, strict=True)]
    assert table.peaks("\n".join([f"Name,{header},Area", *lines])) == PEAKS


@pytest.mark.parametrize(
    "header", ["Library RT", "RT predicted", "Exp. RT", "RT window", "RT SD", "Raw RT"]
)
def test_times_that_were_not_measured_are_none(table: Table, header: str) -> None:
    with pytest.raises(PeakTableError, match="lacks the column RT"):
        table.read(f"Name,{header},Area\n{GM3}\n{GD1}\n")


def test_two_columns_of_measured_times_decide_nothing(table: Table) -> None:
    rows = ("GM3(36:1;O2),10.6,10.7,530172", "GD1(36:1;O2),9.14,9.2,401790")
    with pytest.raises(PeakTableError, match="lacks the column RT"):
        table.read("\n".join(["Name,RT observed,RT aligned,Area", *rows]))
