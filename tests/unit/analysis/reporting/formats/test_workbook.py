"""A workbook holds what its frames hold, whatever their texts look like."""

import re
from pathlib import Path
from zipfile import ZipFile

import polars as pl

from app.analysis.reporting.formats.workbook import LONGEST_CELL, write_workbook

ROWS = pl.DataFrame(
    {
        "row": pl.Series([1, 2, 3], dtype=pl.UInt32),
        "name": ["=1+1", "https://x.example", None],
        "text": ["", "_x0041_ <&> \u0000\u001f", "a\nb"],
        "rt_min": [1.5, None, 1e-9],
        "anchor": [True, None, False],
        "carbons": pl.Series([36, -1, None], dtype=pl.Int32),
    }
)


def written(sheets: dict[str, pl.DataFrame], folder: Path) -> Path:
    path = folder / "book.xlsx"
    with path.open("wb") as file:
        write_workbook(sheets, file)
    return path


def test_cells_come_back_as_they_were(tmp_path: Path) -> None:
    path = written({"rows": ROWS, "none": ROWS.clear()}, tmp_path)
    read = pl.read_excel(path, sheet_name="rows")
    assert read.select("row", "rt_min", "anchor", "carbons").rows() == (
        ROWS.select("row", "rt_min", "anchor", "carbons").rows()
    )
    assert read["name"].to_list() == ROWS["name"].to_list()
    assert read["text"].to_list()[2] == "a\nb"
    assert pl.read_excel(path, sheet_name="none", raise_if_empty=False).height == 0


def test_a_text_too_long_for_a_cell_is_cut_with_an_ellipsis(tmp_path: Path) -> None:
    long = pl.DataFrame({"text": ["x" * LONGEST_CELL, "x" * (LONGEST_CELL + 1)]})
    fits, cut = pl.read_excel(written({"rows": long}, tmp_path))["text"]
    assert len(fits) == len(cut) == LONGEST_CELL
    assert (fits[-1], cut[-1]) == ("x", "…")


def test_the_header_stays_in_view_and_columns_have_widths_and_formats(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {"row": [1234], "name": ["x" * 30], "mz": [1.23456], "reason": ["y" * 200]}
    )
    with ZipFile(written({"rows": frame, "more": frame}, tmp_path)) as book:
        styles = book.read("xl/styles.xml").decode()
        for sheet in ("sheet1", "sheet2"):
            text = book.read(f"xl/worksheets/{sheet}.xml").decode()
            assert '<pane ySplit="1" topLeftCell="A2"' in text
            widths = [float(each) for each in re.findall(r'<col [^>]*width="([\d.]+)"', text)]
            assert [round(width) for width in widths] == [9, 32, 15, 61]
    assert {"0", "0.0000"} <= set(re.findall(r'formatCode="([^"]+)"', styles))
