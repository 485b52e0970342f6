"""What would change each row: how often a change is found, flips the call, and how long it takes.

Each change is made in the table as a person would write it, which is then read and analyzed as a
new one. The rows are all that the rules judge in the example and in simulated tables.
"""

import os
import time
from collections import Counter
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import httpx
import polars as pl

from app.analysis.example.example_table import example_table
from app.analysis.flips.answer import answer
from app.analysis.flips.fitted_table import FittedTable
from app.analysis.flips.said import RowFlip
from app.analysis.pipeline import analyze
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.settings import AnalysisSettings
from tests.servers import running_sialoscope, wait_until
from tests.simulator import Variation, simulate

GOAL_MS, GOAL_SHARE = 300, 0.95
SIMULATED = {
    "simulated, noise 0.05": Variation(seed=11, noise_min=0.05),
    "simulated, outliers anywhere": Variation(seed=12, outliers_anywhere=True),
    "simulated, no anchors": Variation(seed=13, has_anchors=False),
}
COLUMNS = {"time": "RT", "area": "Volume", "anchor": "Anchor"}
ASKED_ROWS = 60
JOB_S = 60


class Asked(NamedTuple):
    """A row that was asked about: its call, what flips it, which of that did, and the times."""

    call: str
    flips: list[RowFlip]
    right: list[bool]
    ms: float
    processor_ms: float


def show() -> None:
    """Print the shares and the times, and how long a server takes."""
    tables = {"example": example_table()} | {n: simulate(v).table for n, v in SIMULATED.items()}
    for name, table in tables.items():
        _print(name, _asked(table))
    _print_server()
    print(f"Load of the machine: {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors.")


def _asked(table: pl.DataFrame) -> list[Asked]:
    fitted = FittedTable.of(_read(table), AnalysisSettings())
    judged = [row for row in range(1, table.height + 1) if fitted.place_of(row) is not None]
    return [_ask(table, fitted, row) for row in judged]


def _ask(table: pl.DataFrame, fitted: FittedTable, row: int) -> Asked:
    began, processor = time.perf_counter(), time.process_time()
    found = answer(fitted, row)
    ms, used = time.perf_counter() - began, time.process_time() - processor
    right = [_call_after(table, flip, row) == flip.call != found.call for flip in found.flips]
    return Asked(found.call, found.flips, right, 1000 * ms, 1000 * used)


def _call_after(table: pl.DataFrame, flip: RowFlip, row: int) -> str:
    """The call of the row in a full analysis of the table with a change."""
    numbered = table.with_row_index("number", offset=1)
    is_changed = pl.col("number") == flip.changed_row
    if flip.kind == "without":
        changed = numbered.filter(~is_changed)
    else:
        value: Any = ("T" if flip.after else "F") if flip.kind == "anchor" else flip.after
        name = COLUMNS[flip.kind]
        cell = pl.when(is_changed).then(pl.lit(value)).otherwise(name)
        changed = numbered.with_columns(cell.alias(name))
    place = changed["number"].to_list().index(row)
    rows = analyze(_read(changed.drop("number")), AnalysisSettings()).stored
    return str(rows["call"][place])


def _read(table: pl.DataFrame) -> pl.DataFrame:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "peaks.csv"
        table.write_csv(path)
        return read_peak_table(path)


def _print(name: str, asked: list[Asked]) -> None:
    print(f"\n{name}: {len(asked)} rows")
    for call, count in Counter(each.call for each in asked).items():
        found = sum(bool(each.flips) for each in asked if each.call == call)
        print(f"  {call:>10}  a change found for {found / count:6.1%} of {count}")
    flips = [one for each in asked for one in zip(each.flips, each.right, strict=True)]
    for kind, count in Counter(flip.kind for flip, _ in flips).items():
        right = sum(is_right for flip, is_right in flips if flip.kind == kind)
        print(f"  {kind:>10}  {right / count:6.1%} of {count} flip the call when made")
    found_share, right_share = (sum(each) / len(each) for each in _first(asked))
    print(f"  a change found for {found_share:.1%} of the rows; ", end="")
    print(f"the first one flips the row in {right_share:.1%} (goal: {GOAL_SHARE:.0%})")
    print(f"  time {_times([each.ms for each in asked])}, ", end="")
    print(f"of a processor {_times([each.processor_ms for each in asked])}")


def _first(asked: list[Asked]) -> tuple[list[bool], list[bool]]:
    return [bool(each.flips) for each in asked], [each.right[0] for each in asked if each.flips]


def _times(ms: list[float]) -> str:
    return f"{median(ms):.0f} ms, 95 % within {quantiles(ms, n=20)[-1]:.0f} ms"


def _print_server() -> None:
    """Print how long the answers of a server take whose process is warm."""
    with running_sialoscope() as server, server.client() as client:
        content = example_table().write_csv().encode()
        sent = client.post("/api/v1/jobs", files={"file": ("example.csv", content)})
        path = f"/api/v1/jobs/{sent.json()['job_id']}"
        wait_until(lambda: client.get(path).json()["status"] == "succeeded", JOB_S)
        first, *others = [_server_ms(client, f"{path}/rows/{n}/flips") for n in _rows_to_ask()]
    print(f"\nserver, example: first answer {first:.0f} ms; then {_times(others)} ", end="")
    within = sum(each <= GOAL_MS for each in others) / len(others)
    print(f"({within:.0%} within {GOAL_MS} ms)")


def _rows_to_ask() -> list[int]:
    height = example_table().height
    return list(range(1, height, height // ASKED_ROWS))


def _server_ms(client: httpx.Client, path: str) -> float:
    answer = client.get(path)
    answer.raise_for_status()
    return 1000 * answer.elapsed.total_seconds()
