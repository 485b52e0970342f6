"""How fast and lean the analysis is, as ratios against reading the same file by Polars."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from app.analysis.example.example_table import example_table
from app.analysis.pipeline import analyze
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.settings import AnalysisSettings
from tests.analyses import ABOUT
from tests.own_memory import memory_bytes
from tests.simulator import Variation, simulate
from workers.analysis.messages import Request
from workers.analysis.run import run

# The simulator makes about 300 rows a sample.
SAMPLES = {"0.1M": 330, "1M": 3_300, "10M": 33_000}
MB = 1024**2
HEADS = ("read_csv (s)", "read (s)", "all (s)", "read ratio", "all ratio", "beyond frame MB")


def show() -> None:
    """Print the time of a small table, and of cohorts beside the bare reading of their file.

    Each cohort is read and analyzed in a process of its own, whose memory is its own; what
    is beyond the frame is the peak less what the peaks and the interpreter hold before.
    """
    print(
        "\nSpeed, best of three (goals: small 40 ms; all ratio 5; 10M rows 12 times 1M; 1,024 MB)"
    )
    with TemporaryDirectory() as folder:
        small = Path(folder) / "small.csv"
        example_table().write_csv(small)
        _show_small(small, Path(folder) / "result")
        _show_commands(small)
        print(f"{'rows':>12}" + "".join(f"{head:>17}" for head in HEADS), flush=True)
        for samples in SAMPLES.values():
            path = Path(folder) / "cohort.csv"
            simulate(Variation(samples=samples)).table.write_csv(path)
            subprocess.run([sys.executable, "-m", "tests.perf.speed", path], check=True)


def _show_small(path: Path, folder: Path) -> None:
    """Print the processor time of a small table in a warm process: analyzed, and as a job is."""
    request = Request(about=ABOUT, table=str(path), settings={}, folder=str(folder))
    works = {
        "read and analyzed": lambda: _run(path),
        "as a job, with its files": lambda: run(request, lambda _: None, lambda: False),
    }
    for words, work in works.items():
        taken = 1000 * best(work, times=20, clock=time.process_time)
        print(f"{example_table().height} rows, warm, {words}: {taken:.0f} ms of a processor")


def _show_commands(path: Path) -> None:
    """Print the processor time of commands, beside that of reading a table by Polars."""
    bare = _processor_s("-c", f"import polars; polars.read_csv({str(path)!r})")
    for words, goal in ((["--help"], 0.5), (["analyze", str(path)], 2)):
        ratio = _processor_s("-m", "app.cli", *words) / bare
        print(f"sialoscope {words[0]}: {ratio:.2f} times a bare read_csv (goal: {goal})")


def _processor_s(*words: str) -> float:
    """The least processor time of three runs of Python, in seconds, as users have it: compiled."""
    taken = []
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    for _ in range(3):
        before = sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
        command = [sys.executable, *words]
        subprocess.run(command, check=True, capture_output=True, env=environment)
        taken.append(sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2]) - before)
    return min(taken)


def _show_cohort(path: Path) -> None:
    bare = best(lambda: pl.read_csv(path))
    read = best(lambda: read_peak_table(path))
    peaks = read_peak_table(path)
    before = _held_mb()
    analyze(peaks, AnalysisSettings())
    beyond = memory_bytes("VmHWM") / MB - before
    whole = best(lambda: _run(path))
    numbers = f"{bare:17.3f}{read:17.3f}{whole:17.2f}{read / bare:17.1f}{whole / bare:17.1f}"
    print(f"{peaks.height:12,}{numbers}{beyond:17.0f}")


def _held_mb() -> float:
    """The memory that this process holds, from which its peak is counted from now on."""
    Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")
    return memory_bytes("VmRSS") / MB


def _run(path: Path) -> None:
    analyze(read_peak_table(path), AnalysisSettings())


def best(
    work: Callable[[], object], times: int = 3, clock: Callable[[], float] = time.perf_counter
) -> float:
    """The least of some runs, in seconds."""
    taken = []
    for _ in range(times):
        start = clock()
        work()
        taken.append(clock() - start)
    return min(taken)


if __name__ == "__main__":
    _show_cohort(Path(sys.argv[1]))
