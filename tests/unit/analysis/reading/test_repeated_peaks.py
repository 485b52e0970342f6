"""Rows of one name and one time with different areas are told apart by a column, or asked about."""

from pathlib import Path

import polars as pl
import pytest

from app.analysis.reading.decisions import UndecidedError
from app.analysis.reading.peak_table import read_peak_table
from tests.unit.analysis.reading.written_table import Table

PEAKS = (("GM3 36:1;O2", 10.6, 5_000), ("GD3 36:1;O2", 10.1, 700), ("GD1a 36:1;O2", 9.1, 4_000))
QUESTION = "Most names stand several times at one retention time with different areas"


@pytest.fixture
def table(tmp_path: Path) -> Table:
    return Table(tmp_path / "peaks.csv")


def long(header: str, *values: str, shift: float = 0, factor: float = 0.5) -> str:
    lines = [
        f"{name},{rt + shift * place},{value},{area * factor**place}"
        for name, rt, area in PEAKS
        for place, value in enumerate(values)
    ]
    return "\n".join([f"Name,RT,{header},Area", *lines])


@pytest.mark.parametrize(
    ("header", "values"),
    [
        *(("Quantity", ("raw", "normalised")), ("Product m/z", ("290.1", "87.0"))),
        *(("Transition", ("1179>290", "1179>87")), ("Fragment", ("precursor", "NeuAc"))),
        *(("Mode", ("neg", "pos")), ("MS level", ("1", "2")), ("Time (h)", ("0", "24"))),
        *(("Code", ("p1", "p2")), ("ID", ("p1", "p2")), ("", ("p1", "p2"))),
    ],
)
def test_what_tells_rows_of_one_peak_apart_is_asked(
    table: Table, header: str, values: tuple[str, ...]
) -> None:
    column = header or "column C"
    with pytest.raises(UndecidedError, match=QUESTION) as asked:
        table.read(long(header, *values))
    (question,) = asked.value.questions
    assert [each.value for each in question.answers] == [column]
    chosen = table.read(long(header, *values), sample=column)
    assert sorted({*chosen["sample"]}) == sorted(values)
    assert table.read(long(header, *values), sample="")["sample"].unique().to_list() == [""]


@pytest.mark.parametrize("smallest", [0, 1_000_000])
def test_a_parquet_file_is_asked_about_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, smallest: int
) -> None:
    """Also a large one, of which not every column is opened."""
    monkeypatch.setattr("app.analysis.reading.table_file.SMALL_TABLE", smallest)
    path = tmp_path / "peaks.parquet"
    table = pl.read_csv(long("Code", "p1", "p2").encode())
    table.with_columns(pl.Series("Other", [[1]] * table.height)).write_parquet(path)
    with pytest.raises(UndecidedError, match="'Code' tells these rows apart"):
        read_peak_table(path)


def test_a_large_parquet_file_can_have_columns_that_are_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.analysis.reading.table_file.SMALL_TABLE", 0)
    path = tmp_path / "peaks.parquet"
    columns = dict(zip(("Name", "RT", "Area"), zip(*PEAKS, strict=True), strict=True))
    pl.DataFrame(columns | {"Remark": ["a", "b", "c"]}).write_parquet(path)
    assert read_peak_table(path)["problem"].null_count() == len(PEAKS)


def test_a_time_course_of_two_names_is_asked_about(table: Table) -> None:
    text = long("Time", "0", "24", "48")
    lines = [line for line in text.split("\n") if not line.startswith(PEAKS[0][0])]
    with pytest.raises(UndecidedError, match="'Time' tells these rows apart"):
        table.read("\n".join(lines))


def test_rows_of_nearly_one_time_are_asked_about(table: Table) -> None:
    with pytest.raises(UndecidedError, match="'Operator' tells these rows apart"):
        table.read(long("Operator", "AB", "CD", shift=0.02))


@pytest.mark.parametrize("header", ["Week", "Age (months)", "Stage"])
def test_ages_and_stages_are_samples(table: Table, header: str) -> None:
    peaks = table.read(long(header, "0", "4", shift=0.02))
    assert sorted(peaks["sample"].unique()) == ["0", "4"]


@pytest.mark.parametrize("parts", [2, 3])
def test_molecules_that_come_again_in_the_same_order_are_noted(table: Table, parts: int) -> None:
    lines = [
        f"{name},{rt},{area / (part + 1)}" for part in range(parts) for name, rt, area in PEAKS
    ]
    assert table.read("\n".join(["Name,RT,Area", *lines])).height == 3 * parts
    assert any("same 3 molecules" in note and f"{parts} times" in note for note in table.notes)
    table.read("\n".join(["Name,RT,Area", *lines[:3], "Batch 2,,", *lines[3:]]))
    assert any("same 3 molecules" in note for note in table.notes)
    table.read("\n".join(["Name,RT,Area", *lines[:-1]]))
    assert not any("same 3 molecules" in note for note in table.notes)


def test_two_peaks_of_a_name_are_no_question(table: Table) -> None:
    assert table.read(long("Code", "p1", "p2", shift=0.4)).height == 6


def test_one_area_for_a_peak_is_no_question(table: Table) -> None:
    assert table.read(long("Note", "first", "again", factor=1)).height == 6


def test_a_column_of_samples_that_is_known_answers_the_question(table: Table) -> None:
    assert table.read(long("Sample", "p1", "p2"))["sample"].n_unique() == 2


def test_ions_of_a_species_are_no_question(table: Table) -> None:
    assert table.read(long("Adduct", "[M-H]-", "[M+HCOO]-")).height == 6


def test_a_few_repeated_names_are_no_question(table: Table) -> None:
    text = long("Code", "p1") + "\nGM3 36:1;O2,10.6,p2,90\nGM3 38:1;O2,12.1,p1,70"
    assert table.read(text).height == 5
