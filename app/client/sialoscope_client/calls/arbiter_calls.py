"""The requests about the tables of one run by two programs."""

from typing import Any, TypedDict

import httpx

from sialoscope_client.calls.call import (
    ROWS_AT_A_TIME,
    Call,
    JobOrId,
    accepted_id,
    id_of,
    job_path,
    key_header,
    reads,
)


class PeakChoice(TypedDict, total=False):
    """Which peaks: by ``difference`` (``different``, ``all`` or a kind) and by ``judgement``."""

    difference: str
    judgement: str


def judge_programs(
    one: JobOrId, other: JobOrId, programs: dict[str, str], key: str | None
) -> Call[str]:
    """Submit the comparison of two results; the answer is the id of its job."""
    path = f"{job_path(one, 'arbiter')}/{id_of(other)}"
    return Call("POST", path, accepted_id, sent={"json": programs, "headers": key_header(key)})


def judgements(job: JobOrId, choice: PeakChoice) -> Call[dict[str, Any]]:
    """Read the judged peaks."""
    sent = {"params": {"limit": ROWS_AT_A_TIME, **choice}}
    return Call("GET", job_path(job, "judgements"), reads(dict[str, Any]), sent=sent)


def download_judgements(job: JobOrId, kind: str, choice: PeakChoice) -> Call[bytes]:
    """Download the judged peaks as a file."""
    sent = {"params": {"format": kind, **choice}}
    return Call("GET", job_path(job, "judgements/export"), _content, sent=sent)


def keep_what_holds(job: JobOrId, key: str | None) -> Call[str]:
    """Submit the table of what holds; the answer is the id of its job."""
    return Call("POST", job_path(job, "what-holds"), accepted_id, sent={"headers": key_header(key)})


def _content(answer: httpx.Response) -> bytes:
    return answer.content
