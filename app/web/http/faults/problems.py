"""The error format of the API, and the OpenAPI description of the errors of each route."""

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
# Any route may answer with these: an unreadable request, no login, a token without the scope, or
# an outage.
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
    507: "The disk is full, and nothing was saved. Delete jobs to make room, or ask the "
    "administrator of this server, then send it again.",
}
WHEN = {
    400: "The request is not valid; the detail says why and what to do.",
    401: "The login token or session is missing, or a session tries to change something.",
    403: "The token lacks the scope, or a page of another site sent the request.",
    404: "It does not exist, or belongs to another user.",
    409: "The current state of the job does not allow it.",
    413: "The upload is larger than the limit of this server.",
    422: "The idempotency key was used before for another submission.",
    429: "The caller has too many open streams or running exports, sends too much at once, has "
    "used up a quota, or called too many webhooks by hand; retry after Retry-After. Without that "
    "header waiting does not help: the detail says what does.",
    503: "A part of the server is down; retry after Retry-After.",
    507: "The disk is full, or a file needs more memory than the limit; nothing was saved.",
}


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """An error (RFC 9457); ``detail`` is a sentence that says what to do.

    ``request_id`` finds the request in the server's log.
    """

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str | None


def problem(status: int, sentence: str, path: str, request_id: str | None) -> Problem:
    """The error of a request to a path."""
    return Problem(
        type="about:blank",
        title=TITLES.get(status, "Error"),
        status=status,
        detail=sentence,
        instance=path,
        request_id=request_id,
    )


def problems(*statuses: int) -> dict[int, ResponseSpec]:
    """The OpenAPI description of a route's errors: those of every route, and these."""
    return only_problems(*sorted({*ALWAYS, *statuses}))


def only_problems(*statuses: int) -> dict[int, ResponseSpec]:
    """The OpenAPI description of the errors of a route that needs no login."""
    return {status: _described(status) for status in statuses}


def _described(status: int) -> ResponseSpec:
    shown = problem(status, SENTENCES[status], "/api/v1/jobs", "4f1d2c")
    return ResponseSpec(
        Problem,
        description=WHEN[status],
        media_type=PROBLEM_JSON,
        generate_examples=False,
        examples=[Example(summary=TITLES[status], value=msgspec.to_builtins(shown))],
    )
