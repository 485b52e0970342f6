"""Translates every exception once: HTML for browsers, problem+json (RFC 9457) for programs."""

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
from app.db.jobs.bulk_actions import BulkActionNotFoundError
from app.db.jobs.errors import IdempotencyKeyError, JobConflictError, JobNotFoundError
from app.db.jobs.labels import LabelError
from app.db.jobs.quotas import QuotaError
from app.db.jobs.shares import NotPermittedError, ShareError
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
    "The disk is full, and nothing was saved. Delete jobs to make room, or ask the administrator "
    "of this server, then send it again."
)
REDIS_DISK_IS_FULL = (
    "The broker (Redis) cannot write to its disk, which is most likely full. Tell the "
    "administrator of this server, and try again when there is room."
)
# Litestar raises a server error with this text when a client disconnects before its body ends.
CLIENT_LEFT = "client disconnected prematurely"
# Stands in the log for the path of a request that no route matches.
NO_ROUTE = "-"
# JSON errors by kind. app/web/http/nul_filter.py checks addresses and forms.
JSON_ERRORS: dict[type[Exception], str] = {
    RecursionError: "The JSON of the request is nested too deeply.",
    CharacterNotInRepertoireError: HAS_NUL,
}
UNEXPECTED = "Internal error. An uploaded file, if any, is kept."

SECOND_FACTOR_PATH = "/account/second-factor"
# Seconds before a client should retry, if the error does not name them.
RETRY_AFTER_S = 10

AnyRequest = Request[Any, Any, Any]

logger = logging.getLogger(__name__)


class StreamLimitError(Exception):
    """Too many event streams are open: ``status`` is 429 for one user's, 503 for all users'."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class CannotMakeError(Exception):
    """A file cannot be made: ``status`` and text say if it is too large, too slow, or a bug."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class QueryError(Exception):
    """A query names something unknown; the text lists the valid names."""


class RowNotFoundError(Exception):
    """A result has no row with this number."""


class SecondFactorMissingError(PermissionDeniedException):
    """An account lacks the second factor it needs; until it has one it can only set it up."""

    def __init__(self) -> None:
        super().__init__(
            "An administrator requires a second factor for your account. Open "
            f"{SECOND_FACTOR_PATH} and set it up."
        )


# Errors whose own text is shown to the client.
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
    LabelError: HTTP_400_BAD_REQUEST,
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
    BulkActionNotFoundError: HTTP_404_NOT_FOUND,
    RowNotFoundError: HTTP_404_NOT_FOUND,
    WorkerNotFoundError: HTTP_404_NOT_FOUND,
    JobConflictError: HTTP_409_CONFLICT,
    ScheduleConflictError: HTTP_409_CONFLICT,
    IdempotencyKeyError: HTTP_422_UNPROCESSABLE_ENTITY,
}


def handle_error(request: AnyRequest, error: Exception) -> Response[Any]:
    """Answer an exception that a handler did not catch."""
    path = request.scope["path"]  # request.url raises for some Host headers
    status, sentence = _explain(request, error)
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
            return HTTP_400_BAD_REQUEST, _invalid_fields(error)
        case NotFoundException():
            return HTTP_404_NOT_FOUND, f"There is nothing at {request.scope['path']}."
        case HTTPException(status_code=413):
            return HTTP_413_REQUEST_ENTITY_TOO_LARGE, _too_large(request)
        case HTTPException():
            return _explain_http(error)
        case RecursionError() | CharacterNotInRepertoireError():
            return HTTP_400_BAD_REQUEST, JSON_ERRORS[type(error)]
    return HTTP_500_INTERNAL_SERVER_ERROR, UNEXPECTED


def _explain_http(error: HTTPException) -> tuple[int, str]:
    if error.detail == CLIENT_LEFT:
        return HTTP_400_BAD_REQUEST, "The connection closed before the whole request arrived."
    return error.status_code, error.detail


def _explain_fault(error: Exception) -> tuple[int, str]:
    """The status and sentence for a full disk, or for Redis, storage or database being down."""
    if is_disk_full(error):
        is_redis = isinstance(error, RedisError)
        return HTTP_507_INSUFFICIENT_STORAGE, REDIS_DISK_IS_FULL if is_redis else DISK_IS_FULL
    if isinstance(error, RedisError):
        return HTTP_503_SERVICE_UNAVAILABLE, redis_sentence(error)
    if isinstance(error, StorageAwayError):
        return HTTP_503_SERVICE_UNAVAILABLE, "The storage cannot be reached; try again soon."
    if isinstance(error, DATABASE_AWAY):
        return HTTP_503_SERVICE_UNAVAILABLE, "The database cannot be reached; try again soon."
    return HTTP_500_INTERNAL_SERVER_ERROR, UNEXPECTED


def _invalid_fields(error: ValidationException) -> str:
    extra = error.extra if isinstance(error.extra, list) else []
    found = [f"{item['key']}: {item['message']}" for item in extra if "key" in item]
    if any(text.startswith("file:") or "`file`" in text for text in found):
        return "Choose a peak table to upload: a multipart form field named file."
    return f"The request cannot be used. {'; '.join(found) or error.detail}."


def _too_large(request: AnyRequest) -> str:
    upload_limit = request.app.state.settings.upload_limit_bytes
    bound = request.route_handler.resolve_request_max_body_size() or 0
    if bound != upload_limit + AROUND_FILES_BYTES:
        return f"The request is larger than {bound:,} bytes, the limit of this address. Send less."
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
