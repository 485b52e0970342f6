"""What the files of a result cost, as ratios against writing its rows as Parquet."""

from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
from xlsxwriter import Workbook

from app.analysis.example.example_table import example_table
from app.analysis.pipeline import analyze
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.reporting.fingerprint import fingerprint
from app.analysis.reporting.formats.format import Run
from app.analysis.reporting.formats.workbook import write_workbook
from app.analysis.settings import AnalysisSettings
from app.web.features.results.downloads.source import FORMATS
from tests.perf.speed import best

SAMPLES = 100
SHEET_ROWS = 100_000
RECORD: dict[str, Any] = {
    "job": "0",
    "version_of": None,
    "version": 1,
    "finished_at": "",
    "input": {"file_name": "cohort.csv"},
    "software": {"sialoscope": ""},
    "settings": {},
    "overrides": [],
}


def show() -> None:
    """Print the seconds and the ratio of the fingerprint and of each format."""
    run = _run()
    print(f"\nFiles of {run.analysis.rows.height:,} rows, best of three")
    peer = best(lambda: run.analysis.rows.write_parquet(BytesIO()))
    works: dict[str, Callable[[], object]] = {
        "fingerprint": lambda: fingerprint(run.analysis.rows),
        **{name: partial(_write, run, name) for name in FORMATS},
    }
    print(f"{'rows as Parquet':>16}{peer:9.3f} s")
    for name, work in works.items():
        taken = best(work)
        print(f"{name:>16}{taken:9.3f} s{taken / peer:9.1f}", flush=True)
    rows = pl.concat([run.analysis.rows] * 4).head(SHEET_ROWS)
    _show_workbooks(rows)


def _show_workbooks(rows: pl.DataFrame) -> None:
    """Beside the other library that writes sheets in constant memory, row by row."""
    print(f"\nA sheet of {rows.height:,} rows, best of three")
    peer = best(lambda: _by_xlsxwriter(rows))
    taken = best(lambda: write_workbook({"rows": rows}, BytesIO()))
    print(f"{'XlsxWriter':>16}{peer:9.3f} s")
    print(f"{'ours':>16}{taken:9.3f} s{taken / peer:9.2f}", flush=True)


def _by_xlsxwriter(rows: pl.DataFrame) -> None:
    with Workbook(BytesIO(), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("rows")
        sheet.write_row(0, 0, rows.columns)
        for number, row in enumerate(rows.iter_rows(), 1):
            for place, value in enumerate(row):
                if value is not None:
                    sheet.write(number, place, value)


def _write(run: Run, name: str) -> None:
    FORMATS[name].write(run, BytesIO())


def _run() -> Run:
    header, *rows = example_table().write_csv().splitlines()
    lines = [f"{header},sample", *(f"{row},s{n}" for n in range(SAMPLES) for row in rows)]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "cohort.csv"
        path.write_text("\n".join(lines))
        peaks = read_peak_table(path)
    analysis = analyze(peaks, AnalysisSettings())
    ions = peaks.select("row", mz=pl.lit(771.93), adduct=pl.lit("[M-2H]2-"))
    return Run(analysis, RECORD, ions)
