"""Every error, translated once: a sentence for a person, problem+json (RFC 9457) for a program."""

import logging
from typing import Any
from urllib.parse import quote

from asyncpg import CharacterNotInRepertoireError
from litestar import MediaType, Request, Response
from litestar.exceptions import (
    HTTPException,
    NotAuthorizedException,
    NotFoundException,
    PermissionDeniedException,
    ValidationException,
)
from litestar.response import Redirect, Template
from litestar.status_codes import (
    HTTP_303_SEE_OTHER,
    HTTP_400_BAD_REQUEST,
    HTTP_401_UNAUTHORIZED,
    HTTP_403_FORBIDDEN,
    HTTP_404_NOT_FOUND,
    HTTP_409_CONFLICT,
    HTTP_410_GONE,
    HTTP_413_REQUEST_ENTITY_TOO_LARGE,
    HTTP_422_UNPROCESSABLE_ENTITY,
    HTTP_429_TOO_MANY_REQUESTS,
    HTTP_500_INTERNAL_SERVER_ERROR,
    HTTP_503_SERVICE_UNAVAILABLE,
    HTTP_507_INSUFFICIENT_STORAGE,
)
from redis.exceptions import RedisError

from app.analysis.errors import AnalysisError
from app.contract.cron import CronError
from app.db.accounts.links import LinkError
from app.db.accounts.second_factor import SecondFactorError
from app.db.accounts.store import AccountError, AccountNotFoundError
from app.db.accounts.tokens import TokenError, TokenNotFoundError
from app.db.data_retention.store import RetentionError
from app.db.engine.connect import DATABASE_AWAY
from app.db.jobs.quotas import QuotaError
from app.db.jobs.shares import NotPermittedError, ShareError
from app.db.jobs.store import IdempotencyKeyError, JobConflictError, JobNotFoundError
from app.db.notifications.digests import DigestError
from app.db.notifications.email_choices import MailChoiceError
from app.db.notifications.webhooks import WebhookConflictError, WebhookError, WebhookNotFoundError
from app.db.presets import PresetError, PresetNotFoundError
from app.db.schedules.store import ScheduleConflictError, ScheduleNotFoundError
from app.jobs.errors import UploadError
from app.observability.logs import marks
from app.queue.worker_registry import WorkerNotFoundError
from app.runtime.disk_full import is_disk_full
from app.runtime.places import NoPlaceError
from app.storage import StorageAwayError
from app.web.http.bodies import AROUND_FILES_BYTES
from app.web.http.nul_filter import HAS_NUL
from app.web.http.problems import PROBLEM_JSON, TITLES, Problem, problem
from app.web.http.redis_faults import redis_sentence
from app.web.http.throttling import TooManyTriesError

FAULTS = (RedisError, StorageAwayError, OSError, *DATABASE_AWAY)
DISK_IS_FULL = (
    "The disk is full, and nothing was saved. Send it again when there is room: delete jobs, or "
    "ask who runs this server."
)
REDIS_DISK_IS_FULL = (
    "The broker (Redis) cannot write to its disk, which is most likely full. Tell who runs this "
    "server, and try again when there is room."
)
# What Litestar says, as an error of the server, of a client that left in the middle of its body.
CLIENT_LEFT = "client disconnected prematurely"
# How the log names a path that is none of ours.
NO_ROUTE = "-"
# app/web/http/nul_filter.py sees to addresses and forms.
WRONG_WITH_JSON: dict[type[Exception], str] = {
    RecursionError: "The JSON of the request is nested too deeply.",
    CharacterNotInRepertoireError: HAS_NUL,
}
UNEXPECTED = "An error of our own; the upload, if any, is kept."

SECOND_FACTOR_PATH = "/account/second-factor"
# How long a client waits before it tries again, where an error does not say.
RETRY_AFTER_S = 10

AnyRequest = Request[Any, Any, Any]

logger = logging.getLogger(__name__)


class StreamLimitError(Exception):
    """Too many event streams are open; ``status`` is 429 for the user's own, 503 for all."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class CannotMakeError(Exception):
    """A file cannot be made; ``status`` and the text say why: too large, too slow, or our fault."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class QueryError(Exception):
    """A query names what there is not; the text says what there is."""


class RowNotFoundError(Exception):
    """A result has no row of this number."""


class SecondFactorMissingError(PermissionDeniedException):
    """An account that needs a second factor has none; it can set one up and nothing else."""

    def __init__(self) -> None:
        super().__init__(
            "An administrator requires a second factor for your account. Open "
            f"{SECOND_FACTOR_PATH} and set it up."
        )


# The errors whose text is the answer.
STATUS_OF: dict[type[Exception], int] = {
    AnalysisError: HTTP_400_BAD_REQUEST,
    UploadError: HTTP_400_BAD_REQUEST,
    QueryError: HTTP_400_BAD_REQUEST,
    PresetError: HTTP_400_BAD_REQUEST,
    TokenError: HTTP_400_BAD_REQUEST,
    WebhookConflictError: HTTP_409_CONFLICT,  # before its general kind
    WebhookError: HTTP_400_BAD_REQUEST,
    MailChoiceError: HTTP_400_BAD_REQUEST,
    ShareError: HTTP_400_BAD_REQUEST,
    AccountError: HTTP_400_BAD_REQUEST,
    SecondFactorError: HTTP_400_BAD_REQUEST,
    CronError: HTTP_400_BAD_REQUEST,
    RetentionError: HTTP_400_BAD_REQUEST,
    DigestError: HTTP_400_BAD_REQUEST,
    NotPermittedError: HTTP_403_FORBIDDEN,
    LinkError: HTTP_410_GONE,
    TooManyTriesError: HTTP_429_TOO_MANY_REQUESTS,
    QuotaError: HTTP_429_TOO_MANY_REQUESTS,
    NoPlaceError: HTTP_429_TOO_MANY_REQUESTS,
    WebhookNotFoundError: HTTP_404_NOT_FOUND,
    TokenNotFoundError: HTTP_404_NOT_FOUND,
    AccountNotFoundError: HTTP_404_NOT_FOUND,
    JobNotFoundError: HTTP_404_NOT_FOUND,
    ScheduleNotFoundError: HTTP_404_NOT_FOUND,
    PresetNotFoundError: HTTP_404_NOT_FOUND,
    RowNotFoundError: HTTP_404_NOT_FOUND,
    WorkerNotFoundError: HTTP_404_NOT_FOUND,
    JobConflictError: HTTP_409_CONFLICT,
    ScheduleConflictError: HTTP_409_CONFLICT,
    IdempotencyKeyError: HTTP_422_UNPROCESSABLE_ENTITY,
}


def handle_error(request: AnyRequest, error: Exception) -> Response[Any]:
    """Answer any exception a handler let through."""
    path = request.scope["path"]  # the address itself cannot be made of every Host header
    status, sentence = _explain(request, error)
    # Not the path itself: the links of letters have their secrets in it.
    route = request.scope.get("path_template") or NO_ROUTE
    if status >= HTTP_500_INTERNAL_SERVER_ERROR:
        logger.error("%s %s failed.", request.method, route, exc_info=error)
    else:
        logger.info("%s %s was answered by %d.", request.method, route, status)
    headers = _headers(status, error)
    if path.startswith("/api/") and not _is_download_link(request):
        return _problem(request, status, sentence, headers)
    if isinstance(error, NotAuthorizedException):
        return _to_login(request)
    if isinstance(error, SecondFactorMissingError):
        return Redirect(SECOND_FACTOR_PATH, status_code=HTTP_303_SEE_OTHER)
    return _page(status, sentence, headers)


def _is_download_link(request: AnyRequest) -> bool:
    """Whether a browser followed a page's link to an export: programs do not ask for HTML."""
    is_export = request.scope["path"].endswith("/export")
    return is_export and "text/html" in request.headers.get("accept", "")


def _headers(status: int, error: Exception) -> dict[str, str]:
    """What a client is told of when and how to try again."""
    if status == HTTP_401_UNAUTHORIZED:
        return {"WWW-Authenticate": "Bearer"}
    if status in (HTTP_429_TOO_MANY_REQUESTS, HTTP_503_SERVICE_UNAVAILABLE):
        wait_s = getattr(error, "retry_after_s", RETRY_AFTER_S)
        return {} if wait_s is None else {"Retry-After": str(wait_s)}  # None: time does not help
    return {}


def _to_login(request: AnyRequest) -> Redirect:
    """To the login, and from there back to the page that was asked for."""
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    is_worth_it = request.method == "GET" and path != "/"
    return Redirect("/login" + (f"?next={quote(path, safe='/')}" if is_worth_it else ""))


def _explain(request: AnyRequest, error: Exception) -> tuple[int, str]:
    if isinstance(error, FAULTS):
        return _explain_fault(error)
    for kind, status in STATUS_OF.items():
        if isinstance(error, kind):
            return status, str(error)
    match error:
        case StreamLimitError() | CannotMakeError():
            return error.status, str(error)
        case ValidationException():
            return HTTP_400_BAD_REQUEST, _what_is_invalid(error)
        case NotFoundException():
            return HTTP_404_NOT_FOUND, f"There is nothing at {request.scope['path']}."
        case HTTPException(status_code=413):
            return HTTP_413_REQUEST_ENTITY_TOO_LARGE, _too_large(request)
        case HTTPException():
            return _explain_http(error)
        case RecursionError() | CharacterNotInRepertoireError():
            return HTTP_400_BAD_REQUEST, WRONG_WITH_JSON[type(error)]
    return HTTP_500_INTERNAL_SERVER_ERROR, UNEXPECTED


def _explain_http(error: HTTPException) -> tuple[int, str]:
    if error.detail == CLIENT_LEFT:
        return HTTP_400_BAD_REQUEST, "The connection ended before the request was there."
    return error.status_code, error.detail


def _explain_fault(error: Exception) -> tuple[int, str]:
    """What a part of the installation that fails for a while means to who asks."""
    if is_disk_full(error):
        of_redis = isinstance(error, RedisError)
        return HTTP_507_INSUFFICIENT_STORAGE, REDIS_DISK_IS_FULL if of_redis else DISK_IS_FULL
    if isinstance(error, RedisError):
        return HTTP_503_SERVICE_UNAVAILABLE, redis_sentence(error)
    if isinstance(error, StorageAwayError):
        return HTTP_503_SERVICE_UNAVAILABLE, "The storage cannot be reached; try again soon."
    if isinstance(error, DATABASE_AWAY):
        return HTTP_503_SERVICE_UNAVAILABLE, "The database cannot be reached; try again soon."
    return HTTP_500_INTERNAL_SERVER_ERROR, UNEXPECTED


def _what_is_invalid(error: ValidationException) -> str:
    extra = error.extra if isinstance(error.extra, list) else []
    found = [f"{item['key']}: {item['message']}" for item in extra if "key" in item]
    if any(text.startswith("file:") or "`file`" in text for text in found):
        return "Choose a peak table to upload: a multipart form field named file."
    return f"The request cannot be used. {'; '.join(found) or error.detail}."


def _too_large(request: AnyRequest) -> str:
    upload_limit = request.app.state.settings.upload_limit_bytes
    bound = request.route_handler.resolve_request_max_body_size() or 0
    if bound != upload_limit + AROUND_FILES_BYTES:
        return f"The request has more than {bound:,} bytes, which are taken here. Send less."
    limit = upload_limit // 1_000_000
    return (
        f"The file is larger than the limit of {limit} MB. Split it by sample, or raise "
        "SIALOSCOPE_UPLOAD_LIMIT_MB."
    )


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
