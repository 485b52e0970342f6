"""How a line of the log is written."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from app.observability.logs import _Json, _Text, marked
from app.settings import LOG_FORMATS, SettingError, Settings


def record(message: str, exc_info: Any = None) -> logging.LogRecord:  # noqa: ANN401 - logging's own
    return logging.LogRecord("app.web", logging.ERROR, "", 1, message, (), exc_info)


def failed_on(cell: str, kind: type[Exception] = ValueError) -> Any:  # noqa: ANN401 - sys.exc_info
    try:
        raise kind(cell)
    except kind:
        return sys.exc_info()


def test_a_line_has_the_marks_of_all_that_it_is_written_within() -> None:
    with marked(request="r1"), marked(job="j1", worker=None):
        line = _Text("web", tells_errors=True).format(record("It failed."))
        received = json.loads(_Json("web", tells_errors=True).format(record("It failed.")))
    assert line.endswith("It failed. [request=r1 job=j1]")
    assert (received["request"], received["job"], received["part"]) == ("r1", "j1", "web")
    assert "worker" not in received
    assert _Text("web", tells_errors=True).format(record("Later.")).endswith("Later.")


@pytest.mark.parametrize("kind", [_Text, _Json])
def test_times_are_utc(kind: type[_Text]) -> None:
    noon = record("It failed.")
    noon.created = datetime(2026, 7, 1, 12, 0, 0, 250_000, UTC).timestamp()
    line = kind("web", tells_errors=True).format(noon)
    assert "2026-07-01T12:00:00.250+00:00" in line


@pytest.mark.parametrize("kind", [_Text, _Json])
def test_nobody_forges_a_line(kind: type[_Text]) -> None:
    line = kind("web", tells_errors=True).format(record("GET /a\n2026 ERROR forged"))
    assert len(line.splitlines()) == 1


@pytest.mark.parametrize("kind", [_Text, _Json])
@pytest.mark.parametrize("tells_errors", [True, False])
def test_the_text_of_an_error_is_logged_only_where_it_may_be(
    kind: type[_Text], *, tells_errors: bool
) -> None:
    line = kind("analysis", tells_errors=tells_errors).format(record("No.", failed_on("GM1(x)")))
    assert ("GM1(x)" in line) is tells_errors
    assert "ValueError" in line
    assert "failed_on" in line


def test_cells_that_polars_could_not_use_are_never_logged() -> None:
    error = failed_on("GM1(x)", pl.exceptions.ComputeError)
    line = _Text("web", tells_errors=True).format(record("No.", error))
    assert line.endswith("ComputeError")
    assert "GM1(x)" not in line


def test_a_format_there_is_not_is_refused() -> None:
    with pytest.raises(SettingError, match=" or ".join(LOG_FORMATS)):
        Settings.from_environment({"SIALOSCOPE_LOG": "xml"})
