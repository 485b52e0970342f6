"""Translates every exception once: HTML for browsers, problem+json (RFC 9457) for programs."""

import logging
from typing import Any
from urllib.parse import quote

from litestar import MediaType, Request, Response
from litestar.exceptions import NotAuthorizedException
from litestar.response import Redirect, Template
from litestar.status_codes import (
    HTTP_303_SEE_OTHER,
    HTTP_401_UNAUTHORIZED,
    HTTP_429_TOO_MANY_REQUESTS,
    HTTP_500_INTERNAL_SERVER_ERROR,
    HTTP_503_SERVICE_UNAVAILABLE,
)

from app.observability.logs import marks
from app.web.http.faults.errors import SECOND_FACTOR_PATH, SecondFactorMissingError
from app.web.http.faults.explained_errors import explain
from app.web.http.faults.problems import PROBLEM_JSON, TITLES, Problem, problem

# Stands in the log for the path of a request that no route matches.
NO_ROUTE = "-"
# Seconds before a client should retry, if the error does not name them.
RETRY_AFTER_S = 10

AnyRequest = Request[Any, Any, Any]

logger = logging.getLogger(__name__)


def handle_error(request: AnyRequest, error: Exception) -> Response[Any]:
    """Answer an exception that a handler did not catch."""
    path = request.scope["path"]  # request.url raises for some Host headers
    status, sentence = explain(request, error)
    # The log names the route, not the path: links in e-mails contain secrets.
    route = request.scope.get("path_template") or NO_ROUTE
    if status >= HTTP_500_INTERNAL_SERVER_ERROR:
        logger.error("%s %s failed.", request.method, route, exc_info=error)
    else:
        logger.info("%s %s was answered with status %d.", request.method, route, status)
    headers = _headers(status, error)
    if path.startswith("/api/") and not _is_download_link(request):
        return _problem(request, status, sentence, headers)
    if isinstance(error, NotAuthorizedException):
        return _to_login(request)
    if isinstance(error, SecondFactorMissingError):
        return Redirect(SECOND_FACTOR_PATH, status_code=HTTP_303_SEE_OTHER)
    return _page(status, sentence, headers)


def _is_download_link(request: AnyRequest) -> bool:
    """Whether a browser followed a link to an export: browsers accept HTML, programs do not."""
    is_export = request.scope["path"].endswith("/export")
    return is_export and "text/html" in request.headers.get("accept", "")


def _headers(status: int, error: Exception) -> dict[str, str]:
    """The headers that say how to log in or when to retry."""
    if status == HTTP_401_UNAUTHORIZED:
        return {"WWW-Authenticate": "Bearer"}
    if status in (HTTP_429_TOO_MANY_REQUESTS, HTTP_503_SERVICE_UNAVAILABLE):
        wait_s = getattr(error, "retry_after_s", RETRY_AFTER_S)
        return {} if wait_s is None else {"Retry-After": str(wait_s)}  # None: waiting cannot help
    return {}


def _to_login(request: AnyRequest) -> Redirect:
    """Redirect to the login, and after it back to the requested page."""
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    can_return = request.method == "GET" and path != "/"
    return Redirect("/login" + (f"?next={quote(path, safe='/')}" if can_return else ""))


def _problem(
    request: AnyRequest, status: int, sentence: str, headers: dict[str, str]
) -> Response[Problem]:
    return Response(
        problem(status, sentence, request.scope["path"], marks().get("request")),
        status_code=status,
        media_type=PROBLEM_JSON,
        headers=headers,
    )


def _page(status: int, sentence: str, headers: dict[str, str]) -> Response[Any]:
    title = TITLES.get(status, "Error")
    page: Response[Any] = Template(
        "pages/error.html",
        context={"title": title, "sentence": sentence, "request_id": marks().get("request")},
        status_code=status,
        media_type=MediaType.HTML,
        headers=headers,
    )
    return page
