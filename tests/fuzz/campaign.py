"""A campaign: malformed tables through the real upload, each followed to its end.

Whatever is uploaded, the preview and the job answer in sentences, the upload stays, and the web
answers others meanwhile.
"""

import asyncio
import re
from ast import literal_eval
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from tests.fuzz.tables import Malformed, malformed_tables
from tests.integration.api import SMALL
from tests.page_forms import token_in
from tests.servers import TOKEN, Sialoscope

AT_ONCE = 6
JOB_TIMEOUT_S = 120
# What no person should read: a traceback, an object's repr, a path of the server, a library's text.
NO_SENTENCE = re.compile(
    r"Traceback|Error\(|Exception|0x[0-9a-f]{6}|object at|<class|\.rs:|/storage/|\n\s*at |Context:"
)
# The sentences for what nobody thought of: each that comes is a fault to mend.
UNFORESEEN = ("an internal error", "Internal error.")
MOST_TRIES, MOST_QUESTIONS = 60, 5
# The first answer to a question on how a table is read.
QUESTION = re.compile(r"Set (?P<field>\w+) to one of these\. (?P<value>'[^']*'|\"[^\"]*\")")
LONGEST_SENTENCE = 5_000


class Found(NamedTuple):
    """What a campaign saw: how many jobs ended how, and what was wrong."""

    endings: Counter[str]
    troubles: list[str]


async def campaign(server: Sialoscope, count: int, *, seed: int) -> Found:
    """Upload so many tables, wait until their jobs have ended, and say what was wrong."""
    async with _client(server) as client:
        await client.get("/login", params={"token": TOKEN})
        found = Found(Counter(), [])
        waiting = asyncio.Queue[Malformed]()
        for table in malformed_tables(count, seed=seed):
            waiting.put_nowait(table)

        async def work() -> None:
            while not waiting.empty():
                table = waiting.get_nowait()
                await _try(client, server, table, found)

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))
        await _require_sound_job(client)
        return found


def _client(server: Sialoscope) -> httpx.AsyncClient:
    limits = httpx.Timeout(JOB_TIMEOUT_S)
    return httpx.AsyncClient(base_url=server.url, timeout=limits, follow_redirects=True)


async def _try(
    client: httpx.AsyncClient, server: Sialoscope, table: Malformed, found: Found
) -> None:
    where = f"table {table.number} ({table.name!r})"
    try:
        page = await _previewed(client, table)
        job = await _ended(client, table)
    except Trouble as trouble:
        found.troubles.append(f"{where}: {trouble}")
        return
    found.endings[job["status"]] += 1
    uploads = server.data / "storage" / "uploads"
    if not is_kept(uploads, job["id"], table.content):
        found.troubles.append(f"{where}: the upload is gone, or is not what was sent")
    warnings = (job["summary"] or {}).get("warnings", [])
    for text in [job["message"], *(warning["message"] for warning in warnings)]:
        if not text or NO_SENTENCE.search(text) or len(text) > LONGEST_SENTENCE:
            found.troubles.append(f"{where}: {text[:300]!r} is no sentence ({job['error']})")
        if any(unforeseen in text for unforeseen in UNFORESEEN):
            found.troubles.append(f"{where}: {job['error']}")
    if "Traceback" in page:
        found.troubles.append(f"{where}: its preview shows a traceback")


def is_kept(uploads: Path, job_id: str, sent: bytes) -> bool:
    """Whether the upload of a job is there, once and byte for byte as it was sent."""
    return [kept.read_bytes() for kept in uploads.glob(f"{job_id}*")] == [sent]


class Trouble(Exception):  # noqa: N818 - what a campaign looks for
    """A request was answered as none may be, or a job did not end."""


async def _previewed(client: httpx.AsyncClient, table: Malformed) -> str:
    for _ in range(MOST_TRIES):
        answer = await client.post(
            "/preview",
            files={"file": (table.name, table.content)},
            data={"_csrf_token": token_in((await client.get("/login")).text)},
            headers={"HX-Request": "true"},
        )
        if answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
            break
        await asyncio.sleep(float(answer.headers["retry-after"]))  # all places are taken
    if answer.status_code != httpx.codes.OK:
        raise Trouble(f"the preview was answered with {answer.status_code}")
    return answer.text


async def _ended(client: httpx.AsyncClient, table: Malformed) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    files = {"file": (table.name, table.content)}
    answers: dict[str, str] = {}
    for _ in range(MOST_QUESTIONS):
        answer = await client.post("/api/v1/jobs", files=files, data=answers, headers=headers)
        asked = QUESTION.search(answer.json()["detail"]) if answer.is_client_error else None
        if not asked or asked["field"] in answers:
            break
        answers[asked["field"]] = literal_eval(asked["value"])
    if answer.status_code != httpx.codes.ACCEPTED:
        raise Trouble(f"the upload was answered with {answer.status_code}: {answer.text[:200]}")
    address = answer.json()["links"]["self"]
    try:
        async with asyncio.timeout(JOB_TIMEOUT_S):
            while True:
                job: dict[str, Any] = (await client.get(address, headers=headers)).json()
                if job["finished_at"]:
                    return job
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise Trouble(f"its job did not end: {job['message']}") from None


async def _require_sound_job(client: httpx.AsyncClient) -> None:
    """Check afterwards that a good table is still analyzed."""
    job = await _ended(client, Malformed(-1, "sound.csv", SMALL))
    assert job["status"] == "succeeded", job
