"""The one shape of every error of the API, and how its description says which may come."""

import msgspec
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example

PROBLEM_JSON = "application/problem+json"
TITLES = {
    400: "That cannot be used",
    401: "Log in first",
    403: "Not allowed",
    404: "Not found",
    405: "Not possible here",
    409: "Not now",
    410: "No longer there",
    413: "Too large",
    422: "Sent before as something else",
    429: "Too many",
    500: "Something broke",
    503: "Not available just now",
    507: "No room",
}
# Any route may answer so: to what cannot be read, to a stranger, to a token that may not do this,
# and in bad times.
ALWAYS = (400, 401, 403, 503)
SENTENCES = {
    400: "There is no call maybe; use one of true, fragment, outlier, ambiguous, invalid.",
    401: "Send the login token as 'Authorization: Bearer TOKEN', or log in on the page.",
    403: "This token may read, but not submit. Make one that may.",
    404: "There is no job 5f0c2a7be1d94c6f8a3d17b2c9e04f61.",
    409: "The job is running; its rows are there once it has succeeded.",
    413: "The file is larger than the limit of 200 MB. Split it by sample, or raise "
    "SIALOSCOPE_UPLOAD_LIMIT_MB.",
    422: "This Idempotency-Key came before with another table or other settings. Send a new key "
    "with each new submission.",
    429: "You have 100 event streams open, which is the limit. Close one, or follow all jobs over "
    "/api/v1/events.",
    503: "The database cannot be reached; try again soon.",
    507: "The disk is full, and nothing was saved. Send it again when there is room: delete jobs, "
    "or ask who runs this server.",
}
WHEN = {
    400: "The request cannot be used; the detail says why and what to do.",
    401: "Neither the login token nor a session, or a session that would change something.",
    403: "The token may not do this, or a page of another site asks.",
    404: "There is no such thing, or it is another user's.",
    409: "The job's state forbids it just now.",
    413: "The upload is larger than this server takes.",
    422: "The idempotency key came before with something else.",
    429: "Too many of the caller's own streams are open or exports are in the making, a quota is "
    "used up, or too many webhooks were called by hand; come back after Retry-After. Without it "
    "waiting does not help: the detail says what does.",
    503: "A part of the server is away; come back after Retry-After.",
    507: "The disk is full, or a file needs more memory than the server gives; nothing was saved.",
}


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """An error (RFC 9457); ``detail`` is a sentence for a person, which says what to do.

    ``request_id`` marks what the server's log has of it.
    """

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str | None


def problem(status: int, sentence: str, path: str, request_id: str | None) -> Problem:
    """The error of a request for a path."""
    return Problem(
        type="about:blank",
        title=TITLES.get(status, "Error"),
        status=status,
        detail=sentence,
        instance=path,
        request_id=request_id,
    )


def problems(*statuses: int) -> dict[int, ResponseSpec]:
    """The description of the errors of a route: those that may always come, and these."""
    return {status: _described(status) for status in sorted({*ALWAYS, *statuses})}


def _described(status: int) -> ResponseSpec:
    shown = problem(status, SENTENCES[status], "/api/v1/jobs", "4f1d2c")
    return ResponseSpec(
        Problem,
        description=WHEN[status],
        media_type=PROBLEM_JSON,
        generate_examples=False,
        examples=[Example(summary=TITLES[status], value=msgspec.to_builtins(shown))],
    )
