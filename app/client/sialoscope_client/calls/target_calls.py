"""The requests about what to look for next."""

from typing import Any, TypedDict

import httpx

from sialoscope_client.calls.call import ROWS_AT_A_TIME, Call, JobOrId, job_path, reads


class TargetChoice(TypedDict, total=False):
    """Which targets: how likely ones, ``negative`` or ``positive`` ions, and wider windows."""

    probability_from: float
    polarity: str
    margin_min: float


def targets(job: JobOrId, choice: TargetChoice) -> Call[list[dict[str, Any]]]:
    """Read the targets of a result."""
    sent = {"params": {"limit": ROWS_AT_A_TIME, **choice}}
    return Call("GET", job_path(job, "targets"), _targets, sent=sent)


def target_list(job: JobOrId, kind: str, choice: TargetChoice) -> Call[bytes]:
    """Download the targets as a list for an instrument."""
    sent = {"params": {"format": kind, **choice}}
    return Call("GET", job_path(job, "target-list"), lambda answer: answer.content, sent=sent)


def standards(job: JobOrId) -> Call[list[dict[str, Any]]]:
    """Read the standards to buy."""
    return Call("GET", job_path(job, "standards"), _standards)


def _targets(answer: httpx.Response) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = reads(dict[str, Any])(answer)["targets"]
    return found


def _standards(answer: httpx.Response) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = reads(dict[str, Any])(answer)["standards"]
    return found
