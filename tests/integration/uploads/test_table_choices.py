"""How a table is read is shown before a run, and a choice is kept for the next such table."""

import asyncio
import json
import os
import subprocess
from pathlib import Path

import httpx
import pytest

from app.analysis.reading.decisions import AS_FOUND, ReadingChoices
from app.db import table_choices
from app.db.table_choices import TableChoices
from tests.commands import forked_command
from tests.integration.api import finished
from tests.page_forms import send, uploads_in

ODD = b"Name;RT;Volume;Height\nGM3(36:1;O2);10;530,172;7\nGM1(36:1;O2);11;401,790;8\nX;12;1,000;9\n"
REMEMBERED = "as you chose for your last table"


def sialoscope_preview(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    return forked_command("preview", *map(str, arguments), environment=os.environ)


@pytest.mark.usefixtures("database")
def test_the_last_choices_of_a_shape_are_kept_for_their_owner() -> None:
    async def work() -> None:
        kept = TableChoices()
        for choices in (ReadingChoices(decimal="comma"), ReadingChoices(columns={"rt": "T"})):
            await kept.keep("shape", choices, owner="ada")
            assert await kept.of("shape", owner="ada") == choices
        assert await kept.of("shape", owner="eve") == AS_FOUND
        assert await kept.of("other", owner="ada") == AS_FOUND
        await kept.keep("shape", AS_FOUND, owner="ada")
        assert await kept.of("shape", owner="ada") == AS_FOUND

    asyncio.run(work())


@pytest.mark.usefixtures("database")
def test_the_oldest_choices_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_choices, "MOST_SHAPES", 2)

    async def work() -> None:
        kept, comma = TableChoices(), ReadingChoices(decimal="comma")
        for shape in ("first", "second", "third"):
            await kept.keep(shape, comma, owner="ada")
        assert await kept.of("first", owner="ada") == AS_FOUND
        assert await kept.of("third", owner="ada") == comma

    asyncio.run(work())


def test_a_choice_is_kept_for_the_next_table_with_the_same_columns(
    pages: httpx.Client, client: httpx.Client
) -> None:
    (first,) = uploads_in(page := send(pages, "/preview", ("monday.csv", ODD)))
    assert "please choose" in page.text
    assert REMEMBERED not in page.text
    chosen = {f"{first}.decimal": "comma", f"{first}.volume_column": "Height"}
    started = send(pages, "/jobs", upload=first, **chosen)
    finished(client, started.url.path.removeprefix("/jobs/"))
    (second,) = uploads_in(page := send(pages, "/preview", ("tuesday.csv", ODD)))
    assert REMEMBERED in page.text
    assert "please choose" not in page.text
    assert '<option value="Height" selected>' in page.text
    as_found = pages.get("/preview", params={"upload": second, f"{second}.decimal": "auto"})
    assert REMEMBERED not in as_found.text
    assert "please choose" in as_found.text
    other = send(pages, "/preview", ("other.csv", ODD.replace(b"Height", b"Width")))
    assert REMEMBERED not in other.text


def test_what_was_not_changed_is_not_called_a_choice(
    pages: httpx.Client, client: httpx.Client
) -> None:
    plain = ODD.replace(b",", b"").replace(b"Height", b"Depth")
    (first,) = uploads_in(send(pages, "/preview", ("plain.csv", plain)))
    found = {f"{first}.rt_column": "RT", f"{first}.anchor_column": ""}
    started = send(pages, "/jobs", upload=first, **found)
    finished(client, started.url.path.removeprefix("/jobs/"))
    assert REMEMBERED not in send(pages, "/preview", ("plain.csv", plain)).text


def test_the_api_previews_a_table_with_its_questions_and_keeps_nothing(
    client: httpx.Client,
) -> None:
    answer = client.post("/api/v1/previews", files={"file": ("peaks.csv", ODD)})
    assert answer.is_success, answer.text
    asked = answer.json()
    assert [each["subject"] for each in asked["questions"]] == ["decimal"]
    answer = client.post(
        "/api/v1/previews", files={"file": ("peaks.csv", ODD)}, data={"decimal": "comma"}
    )
    found = answer.json()
    assert (found["questions"], found["columns"]["rt"], found["rows"]) == ([], "RT", 3)
    understood = found["understood"]
    assert (understood["names"], understood["names_read"], understood["species"]) == (3, 2, 2)
    assert understood["unread_names"] == ["X"]
    unknown = client.post(
        "/api/v1/previews", files={"file": ("peaks.csv", ODD)}, data={"rt_tolerance": "1"}
    )
    assert unknown.status_code == httpx.codes.BAD_REQUEST


def test_the_command_line_previews_a_table(tmp_path: Path) -> None:
    table = tmp_path / "peaks.csv"
    table.write_bytes(ODD)
    asked = sialoscope_preview(table)
    assert asked.returncode == 1
    assert "--decimal comma" in asked.stdout
    shown = sialoscope_preview(table, "--decimal", "comma")
    assert shown.returncode == 0, shown.stderr
    assert "2 of 3 names read: 2 species of 2 classes, 0 anchors, 1 sample." in shown.stdout
    assert "Not read: 'X'" in shown.stdout
    found = json.loads(sialoscope_preview(table, "--decimal", "comma", "--json").stdout)
    assert found["roles"]["name"] == "Name"
