import codecs
import csv
import io
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis.errors import PeakTableError
from app.analysis.reading.decisions import AUTO, ReadingChoices
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.reading.peaks.peak_frame import PEAK_SCHEMA

HEADER = "Name,RT,Volume,Log P,Anchor"
GM3, GD1 = "GM3(36:1;O2),10.6,530172,7.74,T", "GD1(36:1;O2),9.14,401790,1.53,F"
PLAIN = "\n".join([HEADER, GM3, GD1, ""])


@pytest.fixture
def table(tmp_path: Path) -> "Table":
    return Table(tmp_path)


class Table:
    """Writes a file and reads it back as peaks."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "peaks.csv"

    def read(self, content: str | bytes, **mapping: str) -> pl.DataFrame:
        self.path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_peak_table(self.path, choices=ReadingChoices(columns=mapping))

    def refusal(self, content: str | bytes, **mapping: str) -> str:
        with pytest.raises(PeakTableError) as refused:
            self.read(content, **mapping)
        assert str(refused.value).endswith((".", ")"))
        return str(refused.value)

    def problems(self, *rows: str, header: str = HEADER) -> list[str | None]:
        return self.read("\n".join([header, *rows]))["problem"].to_list()


def assert_is_plain(peaks: pl.DataFrame) -> None:
    assert dict(peaks.schema) == PEAK_SCHEMA
    assert peaks.select(list(PEAK_SCHEMA)[:7]).rows() == [
        (1, "", "GM3(36:1;O2)", 10.6, 530172.0, 7.74, True),
        (2, "", "GD1(36:1;O2)", 9.14, 401790.0, 1.53, False),
    ]
    assert peaks.select(list(PEAK_SCHEMA)[7:]).null_count().row(0) == (2,) * (peaks.width - 7)


def test_a_plain_table_is_read_into_the_schema(table: Table) -> None:
    assert_is_plain(table.read(PLAIN))


def test_real_peaks_are_all_read_and_usable(porcine_brain: Path) -> None:
    peaks = read_peak_table(porcine_brain)
    assert (peaks.height, peaks["anchor"].sum(), peaks["problem"].null_count()) == (323, 49, 323)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_separators_line_ends_and_quotes_do_not_matter(
    table: Table, separator: str, end: str, quoting: int
) -> None:
    text = io.StringIO()
    rows = csv.reader(io.StringIO(PLAIN))
    csv.writer(text, delimiter=separator, lineterminator=end, quoting=quoting).writerows(rows)  # type: ignore[arg-type]
    assert_is_plain(table.read(text.getvalue()))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"])
def test_the_encoding_does_not_matter(table: Table, encoding: str) -> None:
    peaks = table.read((HEADER + ",Sample\n" + GM3 + ",Großhirn µ\n").encode(encoding))
    assert peaks["sample"].to_list() == ["Großhirn µ"]


def test_big_endian_utf16_is_read_by_its_mark(table: Table) -> None:
    assert_is_plain(table.read(codecs.BOM_UTF16_BE + PLAIN.encode("utf-16-be")))


def test_semicolons_in_names_do_not_separate_cells(table: Table) -> None:
    assert_is_plain(table.read(PLAIN.replace(",", ";")))


def test_the_separator_line_of_excel_is_skipped(table: Table) -> None:
    assert_is_plain(table.read("sep=;\n" + PLAIN.replace(",", ";")))


@pytest.mark.parametrize(
    ("rt", "area", "read"),
    [
        ("7,588", "530172", (7.588, 530172.0)),
        ("7,588", "530.172", (7.588, 530172.0)),
        ("7,588", "1.530.172,5", (7.588, 1530172.5)),
        ("7.588", "530,172", (7.588, 530172.0)),
        ("7.588", "1,530,172.5", (7.588, 1530172.5)),
        ("7.588", "530 172", (7.588, 530172.0)),
        ("7.588", "530\u202f172", (7.588, 530172.0)),
        ("7.588", "530'172", (7.588, 530172.0)),
        ("7.588", "5.3E+05", (7.588, 530000.0)),
        ("7,588", "5,3E+05", (7.588, 530000.0)),
        (" 7.588 ", "\t530172", (7.588, 530172.0)),
    ],
)
def test_numbers_are_read_in_the_notation_of_the_table(
    table: Table, rt: str, area: str, read: tuple[float, float]
) -> None:
    peaks = table.read(f'Name,RT,Volume\nGM3(36:1;O2),"{rt}","{area}"\n')
    assert peaks.select("rt_min", "peak_area").row(0) == read
    assert peaks["problem"].to_list() == [None]


@pytest.mark.parametrize(
    "header",
    [
        "NAME,rt (min),VOLUME",
        "name,Retention time,Peak area (a.u.)",
        " Name , RT[min] , Area ",
        "Species,Retention Time (min),Intensity",
    ],
)
def test_headers_are_known_by_their_usual_names(table: Table, header: str) -> None:
    peaks = table.read(f"{header}\nGM3(36:1;O2),10.6,5\n")
    assert peaks.select("name", "rt_min", "peak_area").row(0) == ("GM3(36:1;O2)", 10.6, 5.0)


def test_a_mapping_says_which_column_is_which(table: Table) -> None:
    peaks = table.read("RT,tR,H,what\n1,10.6,5,GM3(36:1;O2)\n", name="what", rt="tR", volume="H")
    assert peaks.select("name", "rt_min", "peak_area").row(0) == ("GM3(36:1;O2)", 10.6, 5.0)


def test_a_mapping_to_nothing_is_refused(table: Table) -> None:
    assert "lacks: 'tR'" in table.refusal(PLAIN, rt="tR")
    assert "names colour" in table.refusal(PLAIN, colour="RT")


def test_missing_columns_are_named_with_those_found(table: Table) -> None:
    found = table.refusal("Lipid,Time,m/z\nGM3(36:1;O2),10.6,1180.7\n")
    assert "lacks the columns RT, Volume" in found
    assert "'Lipid', 'Time', 'm/z'" in found


@pytest.mark.parametrize("yes", ["T", "t", "TRUE", "true", "Yes", "y", "1", "x", "X"])
def test_anchors_are_read_in_every_notation(table: Table, yes: str) -> None:
    rows = f"a,1,2,,{yes}\nb,1,2,,F\nc,1,2,,\nd,1,2,,no\n"
    assert table.read(f"{HEADER}\n{rows}")["anchor"].to_list() == [True, False, False, False]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("GM3(36:1;O2),abc,5,,T", "RT is 'abc', which is not a number."),
        ("GM3(36:1;O2),,5,,T", "RT is missing."),
        ("GM3(36:1;O2),nan,5,,T", "not a"),
        ("GM3(36:1;O2),inf,5,,T", "not a finite number."),
        ("GM3(36:1;O2),-1.5,5,,T", "RT is -1.5; it must be above 0."),
        ("GM3(36:1;O2),0,5,,T", "it must be above 0."),
        ("GM3(36:1;O2),10.6,n.d.,,T", "Volume is 'n.d.', which is not a number."),
        ("GM3(36:1;O2),10.6,-inf,,T", "Volume is -inf, which is not a finite number."),
        ("GM3(36:1;O2),10.6,0,,T", "Volume is 0"),
        (",10.6,5,,T", "Name is missing."),
        ("  ,10.6,5,,T", "Name is missing."),
        (",,,,", "Name is missing."),
        ("=cmd|'/c calc'!A1,10.6,5,,T", "Name holds the formula =cmd|"),
        ("GM3(36:1;O2),=1+1,5,,T", "RT holds the formula =1+1"),
        ("GM3(36:1;O2),10.6,=A1*2,,T", "Volume holds the formula =A1*2"),
        ("GM3(36:1;O2),10.6,5", "The row has fewer cells than the header (3, not 5)"),
        ("GM3(36:1;O2),10,6,5,7.1,T", "The row has more cells than the header (6, not 5)"),
    ],
)
def test_a_row_that_cannot_be_used_is_kept_with_its_problem(
    table: Table, row: str, problem: str
) -> None:
    first, bad, last = table.problems(GM3, row, GD1)
    assert (first, last) == (None, None)
    assert problem in (bad or "")


def test_a_bad_number_is_left_out_of_its_row(table: Table) -> None:
    peaks = table.read(f"{HEADER}\nGM3(36:1;O2),-1,inf,inf,T\n{GM3}\n")
    assert peaks.select("rt_min", "peak_area", "log_p").row(0) == (None, None, None)


@pytest.mark.parametrize("log_p", ["", "n/a", "=1+1", "nan", "inf"])
def test_a_bad_log_p_is_left_out(table: Table, log_p: str) -> None:
    peaks = table.read(f"{HEADER}\nGM3(36:1;O2),10.6,5,{log_p},T\n")
    assert peaks.select("log_p", "problem").row(0) == (None, None)


def test_empty_cells_beyond_the_header_are_ignored(table: Table) -> None:
    assert table.problems(GM3 + ",,", GD1) == [None, None]


def test_short_rows_are_found_among_quoted_separators(table: Table) -> None:
    assert [bool(it) for it in table.problems('"a,b",1,2,3,', "c,1,2,3", GM3)] == [0, 1, 0]


def test_blank_lines_are_skipped(table: Table) -> None:
    assert_is_plain(table.read(f"\n{HEADER}\n\n{GM3}\n  \n{GD1}\n\n\n"))


def test_a_quoted_line_break_does_not_end_a_row(table: Table) -> None:
    peaks = table.read(f'{HEADER}\n"GM3\n(36:1;O2)",10.6,5,,\n{GD1}\nb,1,2\n')
    assert peaks["rt_min"].to_list() == [10.6, 9.14, 1.0]


def test_a_stray_quote_does_not_swallow_rows(table: Table) -> None:
    rows = [GM3, '"GD3(36:1;O2),10.1,5,,', GD1, 'GD2(36:1;O2),9.9,"6,,', "GP1(36:1;O2),7.8,5,,"]
    for stray in (rows[:3], rows):
        peaks = table.read("\n".join([HEADER, *stray]))
        assert peaks["rt_min"].to_list() == [10.6, 10.1, 9.14, 9.9, 7.8][: len(stray)]


def test_a_repeated_peak_names_the_row_it_repeats(table: Table) -> None:
    other = GM3.replace("10.6", "10.7")
    first, repeated, changed, again = table.problems(GM3, GM3, other, GM3)
    assert (first, changed) == (None, None)
    assert repeated == again == "This row repeats row 1; it is counted once."


def test_the_same_peak_in_two_samples_is_not_a_repeat(table: Table) -> None:
    rows = (GM3 + ",a", GM3 + ",b")
    assert table.problems(*rows, header=HEADER + ",sample") == [None, None]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "empty"),
        (b"  \n\n", "empty"),
        (codecs.BOM_UTF8, "empty"),
        (HEADER.encode(), "no rows"),
        (HEADER.encode() + b"\n\n\n", "no rows"),
        (PLAIN.encode("utf-16").removesuffix(PLAIN.encode("utf-16")[2:]), "empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "PNG"),
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (b"<!doctype html><html></html>", "web page"),
        (b'{"Name": 1}', "JSON"),
        (b'[{"Name": 1}]', "JSON"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "XLS workbook that is damaged"),
        (b"PK\x03\x04 not really a zip", "XLSX workbook that is damaged"),
        (b"PAR1 not really parquet", "Parquet file that is damaged"),
        (bytes(range(1, 256)), "not a table"),
        (b"Name,RT,Volume\nGM3(36:1;O2)\0,1,2\n", "NUL"),
        (b"just some words\nand more\n", "lacks the columns"),
    ],
)
def test_a_file_that_is_not_a_table_is_refused_with_what_to_do(
    table: Table, content: bytes, found: str
) -> None:
    assert found in table.refusal(content)


ROWS = pl.DataFrame(
    {
        "Name": ["GM3(36:1;O2)", "GD1(36:1;O2)"],
        "RT": [10.6, 9.14],
        "Volume": [530172, 401790],
        "Log P": [7.74, 1.53],
        "Anchor": [True, False],
    }
)


def test_a_workbook_is_read(tmp_path: Path) -> None:
    ROWS.write_excel(tmp_path / "peaks.xlsx")
    assert_is_plain(read_peak_table(tmp_path / "peaks.xlsx"))


def test_a_workbook_keeps_its_bad_cells(tmp_path: Path) -> None:
    mixed = ROWS.with_columns(RT=pl.Series(["10.6", "n.d."]))
    mixed.write_excel(tmp_path / "peaks.xlsx")
    peaks = read_peak_table(tmp_path / "peaks.xlsx")
    assert peaks["problem"].to_list() == [None, "RT is 'n.d.', which is not a number."]


def test_parquet_is_read_whatever_its_name(tmp_path: Path) -> None:
    ROWS.with_columns(pl.col("Name").cast(pl.Categorical), extra=pl.lit([1])).write_parquet(
        tmp_path / "peaks.csv"
    )
    assert_is_plain(read_peak_table(tmp_path / "peaks.csv"))


def test_a_workbook_without_rows_is_refused(tmp_path: Path) -> None:
    ROWS.clear().write_excel(tmp_path / "peaks.xlsx")
    with pytest.raises(PeakTableError):
        read_peak_table(tmp_path / "peaks.xlsx")


def test_a_workbook_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ROWS.write_excel(tmp_path / "peaks.xlsx")
    monkeypatch.setattr("app.analysis.reading.workbooks.workbook_size.MOST_UNPACKED_BYTES", 100)
    with pytest.raises(PeakTableError, match="unpacks to more"):
        read_peak_table(tmp_path / "peaks.xlsx")


def test_a_parquet_file_without_a_column_is_refused(tmp_path: Path) -> None:
    ROWS.drop("RT").write_parquet(tmp_path / "peaks.parquet")
    with pytest.raises(PeakTableError, match="lacks the column RT"):
        read_peak_table(tmp_path / "peaks.parquet")


cell_text = st.text(st.characters(codec="latin-1", categories=("L", "N", "P", "Zs")), max_size=12)
cell_number = st.floats(0.001, 1e6).map(lambda value: round(value, 3))
generated = st.lists(
    st.tuples(cell_text, cell_number, cell_number, st.sampled_from(["", "T", "no"])),
    min_size=1,
    max_size=20,
)


@given(
    rows=generated,
    separator=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    has_decimal_comma=st.booleans(),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_every_row_is_kept_in_any_notation(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, float, float, str]],
    separator: str,
    encoding: str,
    has_decimal_comma: bool,
    end: str,
) -> None:
    mark = "," if has_decimal_comma else "."
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator=end)
    writer.writerow(["Name", "RT", "Volume", "Anchor"])
    for name, rt, area, anchor in rows:
        writer.writerow([name, *(f"{n:.4f}".replace(".", mark) for n in (rt, area)), anchor])
    path = tmp_path_factory.mktemp("generated") / "peaks.csv"
    path.write_bytes(text.getvalue().encode(encoding, errors="replace"))

    # Letters of no language do not tell their encoding; test_encodings.py has real names.
    chosen = encoding if encoding in ("cp1252", "utf-8") else AUTO
    peaks = read_peak_table(path, choices=ReadingChoices(rt_unit="min", encoding=chosen))

    assert peaks["row"].to_list() == list(range(1, len(rows) + 1))
    kept = peaks.filter(pl.col("problem").is_null())
    written = [(name.strip(), rt, area, anchor == "T") for name, rt, area, anchor in rows]
    read = kept.select("name", "rt_min", "peak_area", "anchor").rows()
    assert read == [written[row - 1] for row in kept["row"]]
    explained = ("Name ", "This row repeats")
    assert all(it.startswith(explained) for it in peaks["problem"].drop_nulls())


def test_columns_of_ions_evidence_and_sample_roles_are_read_in_one_spelling(table: Table) -> None:
    header = "Name,RT,Volume,Charge,Isotope Label Type,Evidence,Sample Type"
    peaks = table.read(f"{header}\nGM3(36:1;O2),10.6,5,2-,heavy,MS2,Blank\n")
    shown = peaks.select("charge", "isotope_label", "evidence", "sample_role")
    assert shown.rows() == [("2-", "heavy", "MS/MS", "blank")]
