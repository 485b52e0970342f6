"""``sialoscope analyze`` as a script would call it."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from unittest.mock import ANY

import polars as pl
import pytest

from app.analysis.example.example_table import example_table
from app.analysis.reporting.formats.format import ExportError, Run
from app.analysis.reporting.formats.formula_escape import escape_formula
from app.analysis.reporting.formats.workbook import MOST_ROWS
from app.analysis.reporting.formats.xlsx import write_xlsx
from app.analysis.reporting.result import MODEL_SCHEMA, ROW_SCHEMA, Analysis
from app.analysis.state.calls import CALLS
from app.version import __version__
from tests.commands import forked_command


def sialoscope(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    return forked_command("analyze", *map(str, arguments), environment=os.environ)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tables") / "peaks.csv"
    example_table().write_csv(path)
    return path


def test_the_version_is_printed() -> None:
    printed = forked_command("--version", environment=os.environ)
    assert (printed.returncode, printed.stdout) == (0, f"sialoscope {__version__}\n")


def test_every_row_comes_to_standard_output_and_words_to_standard_error(table: Path) -> None:
    done = sialoscope(table)
    rows = pl.read_csv(done.stdout.encode())
    assert done.returncode == 0
    assert rows.columns == list(ROW_SCHEMA)
    assert rows["name"].to_list() == example_table()["Name"].to_list()
    assert rows["call"].is_in(CALLS).all()
    assert done.stderr.startswith(f"{rows.height} rows: ")
    assert re.search(
        "^Of the true rows, about [0-9.]+ % are expected to have a wrong label.$",
        done.stderr,
        re.MULTILINE,
    )


@pytest.mark.parametrize(
    ("command", "more"),
    [("analyze", ()), ("preview", ("--json",)), ("targets", ()), ("flips", ("3",)), ("names", ())],
    ids=["analyze", "preview", "targets", "flips", "names"],
)
def test_a_table_can_come_from_standard_input(
    table: Path, command: str, more: tuple[str, ...]
) -> None:
    of_file = forked_command(command, str(table), *more, environment=os.environ)
    piped = forked_command(command, "-", *more, environment=os.environ, typed=table.read_text())
    assert (piped.returncode, piped.stderr) == (of_file.returncode, of_file.stderr) == (0, ANY)
    assert piped.stdout == of_file.stdout != ""


def test_a_warning_names_its_first_rows(tmp_path: Path) -> None:
    odd = tmp_path / "odd.csv"
    off = pl.col("Log P") + pl.int_range(pl.len()).is_in([2, 7]).cast(pl.Float64) * 3
    example_table().with_columns(off).write_csv(odd)
    done = sialoscope(odd)
    assert re.search(r"^Warning: The Log P of \d+ rows .* \(Rows .*\b3\b.*\)$", done.stderr, re.M)


def test_too_few_true_rows_for_an_estimate_are_said(tmp_path: Path) -> None:
    small = tmp_path / "small.csv"
    example_table().head(12).write_csv(small)
    done = sialoscope(small)
    assert " 0 true" not in done.stderr
    assert "Too few rows are true to estimate how many of them have a wrong label." in done.stderr


def test_a_closed_standard_input_is_said() -> None:
    words = [sys.executable, "-m", "app.cli", "analyze", "-"]
    done = subprocess.run(
        ["sh", "-c", f"{shlex.join(words)} <&-"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr == "sialoscope: Standard input cannot be read: Bad file descriptor.\n"


def test_all_formats_hold_the_same_rows(table: Path, tmp_path: Path) -> None:
    out = {kind: tmp_path / f"calls.{kind}" for kind in ("csv", "json", "parquet", "xlsx")}
    for path in out.values():
        assert sialoscope(table, "-o", path).returncode == 0
    whole = json.loads(out["json"].read_bytes())
    as_read = {
        "csv": pl.read_csv(out["csv"]),
        "json": pl.DataFrame(whole["rows"], infer_schema_length=None),
        "parquet": pl.read_parquet(out["parquet"]),
        "xlsx": pl.read_excel(out["xlsx"], sheet_name="rows", infer_schema_length=None),
    }
    wanted = as_read["parquet"].select("row", "call", "reason").rows()
    for kind, rows in as_read.items():
        assert rows.select("row", "call", "reason").rows() == wanted, kind
    assert set(whole["models"][0]) == set(MODEL_SCHEMA)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(p.name for p in out.values())


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["nowhere.csv"], 1, "nowhere.csv cannot be read: No such file"),
        (["TABLE", "-o", "calls.txt"], 1, "is not that of a format"),
        (["TABLE", "-o", "no-such-folder/calls.csv"], 1, "There is no folder no-such-folder"),
        (["TABLE", "--rt-tolerance", "9"], 1, "must lie between 0.002 and 8"),
        (["TABLE", "--column", "name=Sort"], 1, "columns the table lacks: 'Sort'"),
        (["TABLE", "--column", "height=RT"], 2, "not ROLE=HEADER"),
        (["TABLE", "--format", "doc"], 2, "invalid choice"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    table: Path, arguments: list[str], code: int, sentence: str
) -> None:
    done = sialoscope(*[table if word == "TABLE" else word for word in arguments])
    assert done.returncode == code
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert not done.stdout


def test_quiet_says_nothing(table: Path, tmp_path: Path) -> None:
    done = sialoscope(table, "--quiet", "-o", tmp_path / "calls.parquet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_reader_that_has_enough_is_no_error(table: Path) -> None:
    command = f"{sys.executable} -m app.cli analyze {table} | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=False)
    assert done.stdout.splitlines()[-1] == b"0"
    assert b"Traceback" not in done.stderr


def test_formulas_are_defused_for_spreadsheets_alone(tmp_path: Path) -> None:
    peaks = tmp_path / "peaks.csv"
    peaks.write_text("Name,RT,Volume,sample\nGM1(36:1;O2),10.1,5,=1+1\nGD1(36:1;O2),9.6,5,a\n")
    out = {kind: tmp_path / f"calls.{kind}" for kind in ("csv", "xlsx", "parquet")}
    for path in out.values():
        assert sialoscope(peaks, "-o", path).returncode == 0
    assert pl.read_csv(out["csv"])["sample"][0] == "'=1+1"
    assert pl.read_excel(out["xlsx"], sheet_name="rows")["sample"][0] == "'=1+1"
    assert pl.read_parquet(out["parquet"])["sample"][0] == "=1+1"


def test_a_sheet_that_would_overflow_is_refused(tmp_path: Path) -> None:
    rows = pl.DataFrame(schema=ROW_SCHEMA).clear(MOST_ROWS)
    nothing = pl.DataFrame
    analysis = Analysis(
        encoded=rows, make_models=nothing, make_prefix_verdicts=nothing, make_notes=nothing
    )
    with (tmp_path / "calls.xlsx").open("wb") as file, pytest.raises(ExportError, match="CSV"):
        write_xlsx(Run(analysis), file)


def test_no_file_of_the_command_runs_what_a_name_says(tmp_path: Path) -> None:
    names = ["GM1(36:1;O2)", ";=cmd|' /C calc'!A0;", "\uff1d1+1"]
    table = pl.DataFrame({"Name": names, "RT": [10.1, 1.0, 1.1], "Volume": [5, 5, 5]})
    table.write_csv(tmp_path / "peaks.csv")
    for kind, read in (("csv", pl.read_csv), ("xlsx", pl.read_excel)):
        out = tmp_path / f"calls.{kind}"
        assert sialoscope(tmp_path / "peaks.csv", "-o", out).returncode == 0
        assert read(out)["name"].to_list() == [escape_formula(name) for name in names]
