"""How fast and lean the analysis is, as ratios against reading the same file by Polars."""

import resource
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from app.analysis.example import example_table
from app.analysis.peak_table import read_peak_table
from app.analysis.pipeline import analyze
from app.analysis.settings import AnalysisSettings
from tests.simulator import Variation, simulate

# The simulator makes about 300 rows a sample.
SAMPLES = {"0.1M": 330, "1M": 3300}


def show() -> None:
    """Print the time of a small table, and of cohorts beside the bare reading of their file."""
    print("\nSpeed, best of three")
    with TemporaryDirectory() as folder:
        small = Path(folder) / "small.csv"
        example_table().write_csv(small)
        print(f"{example_table().height} rows, warm: {1000 * _best(lambda: _run(small)):.0f} ms")
        titles = ("read_csv (s)", "read (s)", "all (s)", "ratio", "peak MB")
        print(f"{'rows':>12}" + "".join(f"{title:>14}" for title in titles))
        for name, samples in SAMPLES.items():
            path = Path(folder) / f"{name}.csv"
            table = simulate(Variation(samples=samples)).table
            table.write_csv(path)
            _show_cohort(path, table.height)


def _show_cohort(path: Path, rows: int) -> None:
    bare = _best(lambda: pl.read_csv(path))
    read = _best(lambda: read_peak_table(path))
    whole = _best(lambda: _run(path), times=1)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{rows:12,}{bare:14.3f}{read:14.3f}{whole:14.2f}{whole / bare:14.1f}{peak_mb:14.0f}")


def _run(path: Path) -> None:
    analyze(read_peak_table(path), AnalysisSettings())


def _best(work: Callable[[], object], times: int = 3) -> float:
    """The least of some runs, in seconds."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)
