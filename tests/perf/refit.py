"""How soon a refit of 100,000 rows names the first call that it moves, and how soon all.

It asks a real server as a page does: a refit by the API, and the events of its job. A call by hand
is known before anything is fitted. An anchor moves calls once the retention law is fitted; its
first call is compared with the time until the result is saved, in the same run.
"""

import json
import os
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

import httpx
import polars as pl
from httpx_sse import connect_sse

from app.analysis.pipeline import analyze
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.reporting.early_calls import early_calls
from app.analysis.settings import AnalysisSettings
from app.analysis.state.analysis_state import AnalysisState
from tests.servers import running_sialoscope, wait_until
from tests.simulator import Variation, simulate

# The simulator makes about 300 rows a sample.
SAMPLES = 337
TIMES = 5
GOAL_S = 1.0
LONGEST_S = 300
REASON = "measured"


def show() -> None:
    """Print the seconds from the request to the first call that moved, to all, and to the end."""
    table = simulate(Variation(samples=SAMPLES, seed=1)).table
    with running_sialoscope() as server, server.client() as client:
        first = _submitted(client, table)
        for name, overrides in _overrides(client, first).items():
            taken = [_refit(client, first, overrides) for _ in range(TIMES)]
            _print(name, table.height, taken)
    _print_processor_time(table)
    print(f"Load of the machine: {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors.")


def _print_processor_time(table: pl.DataFrame) -> None:
    """Print what the processors work until the calls are known, which no other load changes."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "cohort.csv"
        table.write_csv(path)
        taken = [_processor_s(path) for _ in range(TIMES)]
    known, whole = (median(each) for each in zip(*taken, strict=True))
    print(f"\nProcessor time until the calls are known: {known:.2f} s, of {whole:.2f} s in all")


def _processor_s(path: Path) -> tuple[float, float]:
    known: list[float] = []
    began = process_time()

    def note(state: AnalysisState) -> None:
        early_calls(state)
        known.append(process_time() - began)

    analyze(read_peak_table(path), AnalysisSettings(), on_fitted=note)
    return known[0], process_time() - began


def _print(name: str, rows: int, taken: list[dict[str, float]]) -> None:
    print(f"\n{name} in {rows:,} rows, median of {TIMES} (goal: first call within {GOAL_S} s)")
    for moment in ("first call", "all calls", "end"):
        seconds = [each[moment] for each in taken]
        print(f"{moment:>14}{median(seconds):8.2f} s  (least {min(seconds):.2f})")
    print(f"{'calls moved':>14}{taken[0]['total']:8.0f}")
    ratio = median(each["first call"] / each["end"] for each in taken)
    print(f"{'first to end':>14}{ratio:8.2f}")


def _submitted(client: httpx.Client, table: pl.DataFrame) -> str:
    sent = {"file": ("cohort.csv", table.write_csv().encode())}
    job: str = client.post("/api/v1/jobs", files=sent).raise_for_status().json()["id"]
    path = f"/api/v1/jobs/{job}"
    wait_until(lambda: client.get(path).json()["finished_at"] is not None, LONGEST_S)
    return job


def _overrides(client: httpx.Client, job: str) -> dict[str, list[dict[str, Any]]]:
    """An override of each kind: a call by hand, and anchors of a whole class taken away."""
    rows = client.get(f"/api/v1/jobs/{job}/rows", params={"limit": 10_000}).json()["rows"]
    outlier = next(row["row"] for row in rows if row["call"] == "outlier")
    prefix = next(row["prefix"] for row in rows if row["anchor"])
    anchors = [row["row"] for row in rows if row["anchor"] and row["prefix"] == prefix]
    return {
        "A call by hand": [{"row": outlier, "call": "true", "reason": REASON}],
        f"{len(anchors)} anchors taken away": [
            {"row": row, "anchor": False, "reason": REASON} for row in anchors
        ],
    }


def _refit(client: httpx.Client, job: str, overrides: list[dict[str, Any]]) -> dict[str, float]:
    """The seconds from the request of a refit to its moments, and how many calls moved."""
    began = time.perf_counter()
    answer = client.post(f"/api/v1/jobs/{job}/refit", json={"overrides": overrides})
    path = f"/api/v1/jobs/{answer.raise_for_status().json()['id']}/events"
    taken: dict[str, float] = {}
    with connect_sse(client, "GET", path) as source:
        for event in source.iter_sse():
            now = time.perf_counter() - began
            if event.event == "changes":
                found = json.loads(event.data)
                if found["changes"]:
                    taken.setdefault("first call", now)
                    taken["all calls"] = now
                taken["total"] = found["total"]
    return taken | {"end": time.perf_counter() - began}
