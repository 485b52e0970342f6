"""How fast the table of a result of 100,000 rows answers: pages of it, filtered and sorted."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import polars as pl

from app.analysis.example.example_table import example_table
from app.analysis.pipeline import analyze
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.settings import AnalysisSettings
from app.storage import Folder
from app.web.features.results.address import Address, PlotView, TableView
from app.web.features.results.filters.row_filter import RowFilter
from app.web.features.results.page_context import table_context
from app.web.features.results.rows import Result

ROWS = 100_000
GOAL_S = 0.3
TIMES = 5
ASKED = {
    "first page": (RowFilter(), TableView()),
    "last page, sorted by residual": (RowFilter(), TableView(sort="-residual_min", page=1000)),
    "sorted by reason": (RowFilter(), TableView(sort="reason")),
    "text in the reason, a range": (
        RowFilter(reason="elutes", ranges="rt_min:8:11"),
        TableView(sort="name"),
    ),
    "two calls, a probability": (
        RowFilter(call="fragment,outlier", ranges="ion_percent:50:"),
        TableView(),
    ),
    "threshold": (RowFilter(threshold="0.97"), TableView(sort="confidence")),
}


def show() -> None:
    """Print what the server takes for each page, and of that on the processor."""
    with TemporaryDirectory() as folder:
        result = _result(Path(folder))
        print(f"\nPages of {ROWS:,} rows, median of {TIMES} (goal: {GOAL_S} s)")
        print("   whole  processor")
        for name, (which, table) in ASKED.items():
            address = Address(which, table, PlotView())
            taken, busy = _median_s(partial(table_context, result, address))
            print(f"{taken:8.3f} s {busy:7.3f} s  {name}")


def _median_s(work: Callable[[], object]) -> tuple[float, float]:
    taken, busy = [], []
    for _ in range(TIMES):
        begin, busy_before = perf_counter(), process_time()
        work()
        taken.append(perf_counter() - begin)
        busy.append(process_time() - busy_before)
    return median(taken), median(busy)


def _result(folder: Path) -> Result:
    """The rows and notes of the example, repeated under new numbers."""
    table = folder / "example.csv"
    example_table().write_csv(table)
    found = analyze(read_peak_table(table), AnalysisSettings())
    (folder / "results").mkdir()
    for name, frame in (("rows", found.rows), ("notes", found.notes)):
        many = pl.concat([frame] * (ROWS // frame.height + 1)).head(ROWS)
        numbered = many.with_columns(row=pl.int_range(1, ROWS + 1, dtype=pl.UInt32))
        numbered.write_parquet(folder / "results" / f"{name}.parquet")
    return Result(Folder(folder), "results")
