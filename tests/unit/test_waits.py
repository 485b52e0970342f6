"""A wait for a process says at once that it has ended, with the last lines of its log."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.settings import Settings
from tests import servers
from tests.conftest import ROOT
from tests.servers import Part, wait_until

TALK = "import sys; [print('line', n) for n in range(1, 31)]; sys.exit(3)"


def test_a_wait_ends_with_its_process_and_the_last_lines_of_its_log(tmp_path: Path) -> None:
    log = tmp_path / "part.err"
    with log.open("wb") as output:
        process = subprocess.Popen([sys.executable, "-c", TALK], stdout=output)
    with pytest.raises(AssertionError, match="ended with 3") as received:
        wait_until(lambda: False, 250, parts=[Part(process, log)])
    assert str(received.value).splitlines()[-20:] == [f"line {n}" for n in range(11, 31)]


def test_a_wait_for_anything_ends_with_a_server_that_runs_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "data.err"
    log.write_text("its last words\n")
    process = subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"])
    monkeypatch.setitem(servers._running, log, Part(process, log))
    with pytest.raises(AssertionError, match=r"ended with 3[^$]*its last words"):
        wait_until(lambda: False, 250)


def test_a_wait_that_is_over_shows_the_log_of_a_process_that_still_runs(tmp_path: Path) -> None:
    log = tmp_path / "part.err"
    log.write_text("no answer yet\n")
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        with pytest.raises(AssertionError, match=r"within 0\.1 s[^$]*no answer yet"):
            wait_until(lambda: False, 0.1, parts=[Part(process, log)])
        assert process.poll() is None


def test_tests_leave_the_data_of_a_server_beside_them_alone() -> None:
    assert not Settings.from_environment().data_folder.is_relative_to(ROOT)
