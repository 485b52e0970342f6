"""How much longer a table takes to become peaks than Polars takes to read its file."""

import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import polars as pl

from app.analysis.reading.peak_table import read_peak_table
from tests.simulator import Variation, simulate

# The simulator makes about 300 rows a sample.
SAMPLES = 3_300
COLUMNS = ("Name", "RT", "Volume", "Log P", "Anchor")
TURNS = 15


class Taken(NamedTuple):
    """The time of one run: elapsed, and the processor time of all its threads."""

    wall_s: float
    cpu_s: float


def show() -> None:
    """Print both times of a million rows, the least of runs in turns, and their ratios.

    The ratio of the threads' time tells most while other programs run.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / "million.csv"
        simulate(Variation(samples=SAMPLES)).table.select(COLUMNS).write_csv(path)
        runs = [(_taken(lambda: pl.read_csv(path)), _whole(path)) for _ in range(TURNS)]
    bare, whole = (Taken(*map(min, zip(*each, strict=True))) for each in zip(*runs, strict=True))
    print(f"\nReading a million rows, least of {TURNS} runs in turns (goal: wall ratio 2.5)")
    print(f"{'':>12}{'read_csv (s)':>15}{'to peaks (s)':>15}{'ratio':>8}")
    for title, one, other in zip(("wall", "all threads"), bare, whole, strict=True):
        print(f"{title:>12}{one:15.3f}{other:15.3f}{other / one:8.1f}")


def _whole(path: Path) -> Taken:
    return _taken(lambda: read_peak_table(path, on_note=lambda _: None))


def _taken(work: Callable[[], object]) -> Taken:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Taken(time.perf_counter() - wall, time.process_time() - cpu)
