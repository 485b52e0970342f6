"""The requests about reviews and the sign-off of versions."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal, TypeAlias

import msgspec

from sialoscope_client.calls.call import Call, JobOrId, job_path, reads
from sialoscope_client.jobs import Job

Judged: TypeAlias = Literal["true", "fragment", "outlier", "ambiguous"]
ReviewOrId: TypeAlias = "Review | str"


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """A review of some rows of a job, open until ``closed_at``.

    ``agreement`` and ``conflicts`` are there once it is closed, for those who may see the job.
    """

    id: str
    file_name: str
    version: int
    rows: int
    note: str
    opened_at: datetime
    closed_at: datetime | None
    judged: int | None = None
    job: str | None = None
    reviewers: list[dict[str, Any]] = []
    agreement: list[dict[str, Any]] = []
    conflicts: int | None = None
    undecided: int | None = None
    adopted_as: str | None = None


class ReviewRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a review as the table has it, and what you said of it."""

    row: int
    sample: str
    name: str | None
    rt_min: float | None
    peak_area: float | None
    mz: float | None
    carbons: int | None = None
    call: str | None = None
    parent_row: int | None = None
    note: str = ""


def _path(review: ReviewOrId, *parts: object) -> str:
    review_id = review if isinstance(review, str) else review.id
    return "/".join(["/api/v1/reviews", review_id, *map(str, parts)])


def open_review(
    job: JobOrId, reviewers: Iterable[str], which: Mapping[str, str], note: str
) -> Call[Review]:
    """Ask reviewers to judge rows."""
    sent = {"json": {"reviewers": list(reviewers), "filter": dict(which), "note": note}}
    return Call("POST", job_path(job, "reviews"), reads(Review), is_repeatable=False, sent=sent)


def reviews(job: JobOrId | None) -> Call[dict[str, list[Review]]]:
    """List the reviews of a job, or those that wait for the caller."""
    path = "/api/v1/reviews" if job is None else job_path(job, "reviews")
    return Call("GET", path, reads(dict[str, list[Review]]))


def review(found: ReviewOrId) -> Call[Review]:
    """Read a review."""
    return Call("GET", _path(found), reads(Review))


def review_rows(found: ReviewOrId) -> Call[list[ReviewRow]]:
    """List all rows of a review."""
    sent = {"params": {"limit": 10_000}}
    return Call("GET", _path(found, "rows"), _rows, sent=sent)


def _rows(answer: Any) -> list[ReviewRow]:  # noqa: ANN401 - the answer of httpx
    class Rows(msgspec.Struct):
        rows: list[ReviewRow]

    return reads(Rows)(answer).rows


def judge(
    found: ReviewOrId, row: int, call: Judged, parent_row: int | None, note: str
) -> Call[ReviewRow]:
    """Judge a row."""
    sent = {"json": {"call": call, "parent_row": parent_row, "note": note}}
    return Call("PUT", _path(found, "rows", row), reads(ReviewRow), sent=sent)


def add_reviewer(found: ReviewOrId, name: str) -> Call[Review]:
    """Add a reviewer to an open review."""
    sent = {"json": {"name": name}}
    path = _path(found, "reviewers")
    return Call("POST", path, reads(Review), is_repeatable=False, sent=sent)


def withdraw_reviewer(found: ReviewOrId, reviewer_id: str) -> Call[Review]:
    """Withdraw a reviewer from an open review."""
    return Call("DELETE", _path(found, "reviewers", reviewer_id), reads(Review))


def close_review(found: ReviewOrId) -> Call[Review]:
    """Close a review."""
    return Call("POST", _path(found, "close"), reads(Review), is_repeatable=False)


def conflicts(found: ReviewOrId) -> Call[list[dict[str, Any]]]:
    """List the conflicts of a closed review."""
    sent = {"params": {"limit": 10_000}}
    return Call("GET", _path(found, "conflicts"), _conflicts, sent=sent)


def _conflicts(answer: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - the answer of httpx
    found: list[dict[str, Any]] = answer.json()["conflicts"]
    return found


def decide(found: ReviewOrId, row: int, call: Judged, note: str) -> Call[dict[str, Any]]:
    """Decide a conflict."""
    sent = {"json": {"call": call, "note": note}}
    return Call("PUT", _path(found, "conflicts", row), reads(dict[str, Any]), sent=sent)


def adopt(found: ReviewOrId) -> Call[str]:
    """Make a version with the decisions of a review; the result is its id."""
    return Call("POST", _path(found, "adopt"), _id, is_repeatable=False)


def _id(answer: Any) -> str:  # noqa: ANN401 - the answer of httpx
    return str(answer.json()["id"])


def sign_off(job: JobOrId, note: str) -> Call[Job]:
    """Sign off a version."""
    sent = {"json": {"note": note}}
    return Call("POST", job_path(job, "sign-off"), reads(Job), is_repeatable=False, sent=sent)
