"""What an analysis process answers when the analysis itself breaks."""

from pathlib import Path

import msgspec
import polars as pl
import pytest

from app.analysis.overrides.override import Override
from workers.analysis.messages import About, Done, Faulted, Refused, Request
from workers.analysis.process import UNEXPECTED, handle
from workers.pool.analysis_process import MALLOC, ProcessLimits, environment

ABOUT = About(
    job="j",
    who="ada",
    attempt=1,
    file_name="peaks.csv",
    upload_bytes=1,
    upload_sha256="00",
    submitted_at="",
    started_at="",
)
TABLE = "Name,RT,Volume\nGM1(36:1;O2),10.1,1000\n"


def asked(folder: Path, **settings: object) -> Request:
    table = folder / "peaks.csv"
    table.write_text(TABLE)
    return Request(about=ABOUT, table=str(table), settings=settings, folder=str(folder / "result"))


def test_an_error_of_our_own_has_its_traceback_beside_the_sentence(tmp_path: Path) -> None:
    answer = handle(asked(tmp_path, no_such_setting=1), lambda _: None)
    assert isinstance(answer, Refused)
    assert answer.message == UNEXPECTED
    assert answer.error.startswith("TypeError")
    assert "in run\n" in answer.traceback
    assert answer.traceback.rstrip().endswith(answer.error)


def test_a_fault_of_the_machine_has_its_traceback(tmp_path: Path) -> None:
    (tmp_path / "result").write_text("no folder")
    answer = handle(asked(tmp_path), lambda _: None)
    assert isinstance(answer, Faulted)
    assert "FileExistsError" in answer.traceback


def test_a_table_that_cannot_be_used_is_no_crash(tmp_path: Path) -> None:
    request = asked(tmp_path)
    Path(request.table).write_text("Name,Volume\nGM1(36:1;O2),1000\n")
    answer = handle(request, lambda _: None)
    assert isinstance(answer, Refused)
    assert answer.traceback == ""


def test_stored_overrides_of_a_standard_are_left_out_with_a_warning(tmp_path: Path) -> None:
    """An older version judged standards, so jobs that are run again can have such overrides."""
    request = asked(tmp_path)
    Path(request.table).write_text(f"{TABLE}GM3 (d18:1/18:0)-d5,10.6,500\nGM3(36:1;O2),10.7,90\n")
    overrides = (
        Override(row=2, call="true", anchor=True, reason="seen in MS/MS"),
        Override(row=3, call="outlier", reason="noise"),
    )
    answer = handle(msgspec.structs.replace(request, overrides=overrides), lambda _: None)

    assert isinstance(answer, Done)
    rows = pl.read_parquet(tmp_path / "result" / "rows.parquet")
    assert rows["call"].to_list()[1:] == ["invalid", "outlier"]
    assert rows["anchor"].to_list() == [False, False, False]
    assert pl.read_parquet(tmp_path / "result" / "ruled.parquet")["row"].to_list() == [3]
    warnings = {each["code"]: each for each in answer.summary["warnings"]}
    assert warnings["override_not_applied"]["rows"] == [2]
    assert "The override of row 2 is not applied" in warnings["override_not_applied"]["message"]


def test_an_override_of_a_row_that_does_not_exist_stops_the_job(tmp_path: Path) -> None:
    overrides = (Override(row=2, call="true", reason="seen in MS/MS"),)
    answer = handle(msgspec.structs.replace(asked(tmp_path), overrides=overrides), lambda _: None)
    assert isinstance(answer, Refused)
    assert "There is no row 2" in answer.message


def test_the_threads_of_a_process_share_freed_memory_unless_the_operator_says_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limits = ProcessLimits(polars_threads=2, memory_bytes=10**9)
    for name in MALLOC:
        monkeypatch.delenv(name, raising=False)
    found = environment(limits)
    assert (found["MALLOC_ARENA_MAX"], found["POLARS_MAX_THREADS"]) == ("1", "2")
    assert int(found["MALLOC_MMAP_THRESHOLD_"]) < int(found["MALLOC_TRIM_THRESHOLD_"])
    monkeypatch.setenv("MALLOC_ARENA_MAX", "4")
    monkeypatch.setenv("POLARS_MAX_THREADS", "64")
    found = environment(limits)
    assert (found["MALLOC_ARENA_MAX"], found["POLARS_MAX_THREADS"]) == ("4", "2")
