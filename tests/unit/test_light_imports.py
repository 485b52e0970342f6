"""Each process imports only what it needs, because five of them start together."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.analysis.example.example_table import example_table

SCIENCE = ("polars", "numpy", "pandas", "fastexcel")
NETWORK = ("aiohttp", "boto3", "httpx", "litestar", "piccolo", "redis", "taskiq", "uvicorn")
CLIENTS = ("aiohttp", "aiodns", "boto3", "httpx", "rich")
TOOLS = ("asyncio", "black", "cryptography", "importlib.metadata", "opentelemetry", "rich")
WRITERS = ("rustpy_xlsxwriter", "statistics")
LOADED = """
for name in names:
    if name in sys.modules and "__file__" in vars(sys.modules[name]):  # a placeholder has no file
        print(name)
"""


def loaded_after(statement: str, names: tuple[str, ...]) -> list[str]:
    """Those of some modules that a fresh interpreter has imported after a statement."""
    # A statement may change the arguments, so the names are none of them.
    code = f"import sys\nnames = {names}\n{statement}\n{LOADED}"
    command = [sys.executable, "-c", code]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    return said.stdout.split()


@pytest.mark.parametrize(
    ("statement", "needless"),
    [
        ("from app.cli import _parser; _parser([])", (*SCIENCE, *NETWORK, *TOOLS)),
        (
            "import app.cli, app.commands.analyze",
            ("pandas", *NETWORK, "asyncio", "rich", *WRITERS, "app.settings"),
        ),
        ("import app.server.supervisor", (*SCIENCE, *CLIENTS, "litestar", "taskiq", "black")),
        ("import app.cli, workers.main", (*SCIENCE, *CLIENTS, "litestar", "jinja2", "black")),
        ("import app.cli, workers.scheduler", (*SCIENCE, *CLIENTS, "litestar", "black")),
        ("import app.main", (*CLIENTS, "pandas", "black", "app.analysis.rules")),
    ],
    ids=["help", "analyze", "supervisor", "worker", "scheduler", "web"],
)
def test_a_process_imports_only_what_it_needs(statement: str, needless: tuple[str, ...]) -> None:
    assert loaded_after(statement, needless) == []


def test_the_analysis_of_a_table_of_text_imports_nothing_for_other_files_and_questions(
    tmp_path: Path,
) -> None:
    table = tmp_path / "peaks.csv"
    example_table().write_csv(table)
    others = (
        "fastexcel",
        "app.analysis.library.law_of_run",
        "app.analysis.library.use",
        "app.analysis.library.kept_law",
        "app.analysis.reading.parquet_schema_size",
        "app.analysis.reading.text.guessed_encoding",
        "app.analysis.reading.workbooks.workbook",
        "app.analysis.targets.targets",
        "numpy.ma",
    )
    words = ["sialoscope", "analyze", str(table), "--output", str(tmp_path / "calls.csv"), "-q"]

    loaded = loaded_after(f"import app.cli; app.cli.sys.argv = {words}; app.cli.main()", others)

    assert (tmp_path / "calls.csv").exists()
    assert loaded == []


def test_masked_arrays_are_loaded_when_somebody_makes_one() -> None:
    code = """
import numpy as np, polars as pl
from app.runtime.late_modules import load_masked_arrays_late
load_masked_arrays_late()
assert pl.Series(np.arange(2)).to_list() == [0, 1]
assert np.unique([2, 1, 1]).tolist() == [1, 2]
assert "__file__" not in vars(np.ma)
assert pl.Series(np.ma.masked_array([1, 2], [False, True])).to_list() == [1, None]
assert np.ma.getdata([1]).tolist() == [1]
"""

    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert ended.returncode == 0, ended.stderr


def test_a_command_leaves_no_garbage_to_look_for_at_its_end(tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("GM3(36:1;O2)\n")
    code = (
        "import gc, sys; from app.cli import main; main(); sys.exit(len(gc.get_objects()) > 1000)"
    )

    ended = subprocess.run([sys.executable, "-c", code, "names", names], capture_output=True)

    assert ended.returncode == 0, ended.stderr
