"""What an analysis process answers when the analysis itself breaks."""

from pathlib import Path

from workers.analysis_process import UNEXPECTED, handle
from workers.messages import About, Faulted, Refused, Request

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
