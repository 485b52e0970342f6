"""The examples of docs/formats.md are read as the tables of their programs."""

import re
from pathlib import Path

import polars as pl
import pytest

from app.analysis.reading.peak_table import read_peak_table
from app.analysis.reading.preview import preview
from app.analysis.reading.sources import SOURCES

PAGE = Path(__file__).parents[4] / "docs" / "formats.md"
EXAMPLE = re.compile(
    r"^## (?P<title>[^\n]+)\n(?:(?!^## ).)*?^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.M | re.S
)
EXAMPLES = {match["title"]: match for match in EXAMPLE.finditer(PAGE.read_text())}
GM3, GD1A, GD3 = "GM3 36:1;O2", "GD1a 36:1;O2", "GD3 36:1;O2"
# Of each example: the program, and its peaks as sample, name, time (min) and area.
Peaks = list[tuple[str, str | None, float | None, float | None]]
EXPECTED: dict[str, tuple[str, Peaks]] = {
    "MS-DIAL, alignment result": (
        "MS-DIAL",
        [("s1", GM3, 10.6, 5e5), ("s1", GD1A, 9.14, 401790), ("blank1", GD1A, 9.14, 900)],
    ),
    "MS-DIAL, peak list": (
        "MS-DIAL (peak list)",
        [("", GM3, 10.6, 5e5), ("", GM3, 10.6, 3e5), ("", "Unknown", 9.3, 1000)],
    ),
    "MZmine": (
        "MZmine",
        [("a.mzML", GM3, 10.61, 5000), ("a.mzML", GD1A, 9.14, 4000), ("b.mzML", GM3, 10.59, 6000)],
    ),
    "MZmine 2": (
        "MZmine",
        [("a.mzML", GM3, 10.6, 5000), ("a.mzML", GD1A, 9.14, 4000), ("b.mzML", GD1A, 9.14, 3000)],
    ),
    "UNIFI and waters_connect": ("UNIFI", [("s1", GM3, 10.6, 5e5), ("s2", GM3, 10.61, 4.1e5)]),
    "Skyline": ("Skyline", [("s1", GM3, 10.6, 5000), ("s1", GD3, 10.1, 700)]),
    "Skyline, pivoted by replicate": (
        "Skyline",
        [("s1", GM3, 10.6, 5000), ("s1", GD3, 10.1, 700), ("s2", GM3, 10.61, 6000)],
    ),
    "LipidSearch": (
        "LipidSearch",
        [("s1-1", "GM3(d18:1_18:0)-H", 10.6, 5e5), ("s1-2", "GM3(d18:1_18:0)-H", 10.61, 6e5)],
    ),
    "Compound Discoverer": (
        "Compound Discoverer",
        [("s1.raw", GM3, 10.6, 5e5), ("s1.raw", GD3, 10.1, 7e4), ("s2.raw", GM3, 10.6, 4.1e5)],
    ),
    "Progenesis QI": (
        "Progenesis QI",
        [("s1", GM3, 10.6, 5000), ("s1", GD1A, 9.14, 4000), ("s2", GM3, 10.6, 6000)],
    ),
    "MassHunter Quantitative Analysis": (
        "MassHunter",
        [
            ("s1", "GM3 d36:1", 10.6, 5e5),
            ("b1", "GM3 d36:1", 10.61, 90),
            ("s1", "GD1a d36:1", 9.14, 4e5),
        ],
    ),
    "TraceFinder": (
        "TraceFinder",
        [("s1.raw", GM3, 10.6, 5e5), ("s2.raw", GM3, None, None)],
    ),
    "Sciex OS and MultiQuant": ("Sciex OS", [("s1", GM3, 10.6, 5e5), ("b1", GM3, None, None)]),
    "Xcalibur Quan Browser": (
        "Xcalibur Quan Browser",
        [("s1", GM3, 10.6, 5e5), ("b1", GM3, 10.61, 90), ("s1", GD1A, 9.14, 4e5)],
    ),
    "TargetLynx": (
        "TargetLynx",
        [
            ("s1", "GM3 d36:1", 10.6, 5e5),
            ("b1", "GM3 d36:1", 10.61, 90),
            ("s1", "GD1a d36:1", 9.14, 4e5),
        ],
    ),
    "El-MAVEN": ("El-MAVEN", [("s1", GM3, 10.6, 5000), ("s2", GM3, 10.6, 4000)]),
    "XCMS": (
        "XCMS",
        [
            ("s1.mzML", GM3, 10.6, 5000.5),
            ("s1.mzML", GD1A, 9.14, 4000.1),
            ("s2.mzML", GM3, 10.6, 6000.2),
        ],
    ),
    "OpenMS": (
        "OpenMS",
        [("0", GM3, 10.6, 5000), ("0", GD1A, 9.14, 4000), ("1", GM3, 10.61, 6000)],
    ),
    "LipiDex": (
        "LipiDex",
        [("s1.raw", "GM3 d36:1", 10.6, 5000), ("s2.raw", "GM3 d36:1", 10.6, 6000)],
    ),
    "mwTab of Metabolomics Workbench": (
        "mwTab",
        [("s1", GM3, 10.6, 5000), ("s1", GD1A, 9.14, 4000), ("s2", GM3, 10.6, 6000)],
    ),
    "mzTab 1.0": (
        "mzTab 1.0",
        [("s1.mzML", GM3, 10.6, 5000), ("s1.mzML", GD1A, 9.14, 4000), ("s2.mzML", GM3, 10.6, 6000)],
    ),
    "mzTab-M": (
        "mzTab-M",
        [("s1", GM3, 10.6, 5000), ("s1", GD1A, 9.14, 4000), ("s2", GM3, 10.6, 6000)],
    ),
    "A table of your own": (
        "a plain table",
        [("s1", GM3, 10.6, 5000), ("s1", GD1A, 9.14, 4000), ("s2", GM3, 10.61, 6000)],
    ),
}
# This one is a sheet of a workbook (test_workbooks.py), which has the class in its name.
OF_A_WORKBOOK = "Lipid Data Analyzer"


def written(folder: Path, title: str) -> Path:
    path = folder / f"peaks.{EXAMPLES[title]['kind']}"
    path.write_text(EXAMPLES[title]["text"])
    return path


@pytest.mark.parametrize("title", EXPECTED)
def test_an_example_is_read_as_a_table_of_its_program(tmp_path: Path, title: str) -> None:
    program, expected = EXPECTED[title]
    path = written(tmp_path, title)
    assert preview(path).source == program
    peaks = read_peak_table(path).with_columns(pl.col("name").str.split("|").list.first())
    found = peaks.select("sample", "name", pl.col("rt_min").round(6), "peak_area").rows()
    assert found == expected


def test_every_example_and_every_program_is_checked() -> None:
    assert {*EXAMPLES} == {*EXPECTED, OF_A_WORKBOOK}
    named = {program for program, _ in EXPECTED.values()} | {OF_A_WORKBOOK}
    assert named == {source.title for source in SOURCES}


@pytest.mark.parametrize("title", [title for title in EXPECTED if title != "A table of your own"])
def test_a_table_without_times_says_which_export_to_make(tmp_path: Path, title: str) -> None:
    """Every program has a sentence; here the columns of times are missing."""
    source = next(each for each in SOURCES if each.title == EXPECTED[title][0])
    assert source.hint.endswith(".")
    text = re.sub(
        r"(?i)retention[_ ]?time[^,\t\n]*|[^,\t\n]*\bRT\b[^,\t\n]*|rtmed|medrt|basert|\brt_\w+",
        "x",
        EXAMPLES[title]["text"],
    )
    path = written(tmp_path, title)
    path.write_text(text)
    found = preview(path)
    assert found.refusal
    assert found.source != source.title or source.hint in found.refusal
