"""What is deprecated says so: in the description, and on each of its answers."""

import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar, get
from litestar.params import FromPath
from litestar.testing import TestClient

from app.settings import Settings
from app.web.http.answers.deprecation import add_deprecation, deprecated
from app.web.http.faults.errors import QueryError

SINCE = datetime(2027, 1, 1, tzinfo=UTC)
UNTIL = datetime(2028, 12, 31, 23, 59, 59, tzinfo=UTC)
INSTEAD = "https://lab.example/api/docs#now"


@deprecated(SINCE, instead=INSTEAD)
@get("/old/{number:int}", opt={"scope": "read"})
async def old(number: FromPath[int]) -> dict[str, int]:
    """An operation that has no end yet."""
    if not number:
        raise QueryError("There is no row 0.")
    return {"row": number}


@deprecated(SINCE, instead=INSTEAD, until=UNTIL)
@get("/ending")
async def ending() -> str:
    """An operation that has one."""
    return "still here"


@get("/new")
async def new() -> str:
    """An operation that stays."""
    return "here"


@pytest.fixture(scope="module")
def app() -> Litestar:
    return Litestar([old, ending, new], before_send=[add_deprecation])


@pytest.mark.parametrize("path", ["/old/1", "/old/0", "/ending"])
def test_each_answer_says_since_when_and_what_to_use_instead(app: Litestar, path: str) -> None:
    with TestClient(app, raise_server_exceptions=False) as client:
        headers = client.get(path).headers
    assert headers["deprecation"] == "@1798761600"
    assert headers["link"] == f'<{INSTEAD}>; rel="deprecation"'
    sunset = "Sun, 31 Dec 2028 23:59:59 GMT" if path == "/ending" else None
    assert headers.get("sunset") == sunset


def test_the_application_says_it_so(tmp_path: Path) -> None:
    with warnings.catch_warnings():  # Litestar 2 announces the ways of Litestar 3
        warnings.simplefilter("ignore", DeprecationWarning)
        from app.main import create_app

        whole = create_app(Settings.from_environment({"SIALOSCOPE_DATA": str(tmp_path)}))
    assert add_deprecation in whole.before_send


def test_what_stays_says_nothing_of_an_end(app: Litestar) -> None:
    with TestClient(app) as client:
        assert not {"deprecation", "link", "sunset"} & set(client.get("/new").headers)


def test_the_description_tells_it_too(app: Litestar) -> None:
    paths: dict[str, Any] = app.openapi_schema.to_schema()["paths"]
    assert paths["/old/{number}"]["get"]["deprecated"]
    received = paths["/old/{number}"]["get"]["responses"]["200"]["headers"]
    assert set(received) == {"Deprecation", "Link"}
    assert set(paths["/ending"]["get"]["responses"]["200"]["headers"]) == {*received, "Sunset"}
    assert not paths["/new"]["get"].get("deprecated")


def test_nothing_ends_within_a_year() -> None:
    with pytest.raises(ValueError, match="a year"):
        deprecated(SINCE, instead=INSTEAD, until=SINCE + timedelta(days=364))
