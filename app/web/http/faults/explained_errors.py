"""Explains an exception to a client: a status, and a sentence that says what to do."""

from typing import Any

from asyncpg import CharacterNotInRepertoireError
from litestar import Request
from litestar.exceptions import (
    HTTPException,
    MethodNotAllowedException,
    NotFoundException,
    ValidationException,
)
from litestar.status_codes import (
    HTTP_400_BAD_REQUEST,
    HTTP_404_NOT_FOUND,
    HTTP_413_REQUEST_ENTITY_TOO_LARGE,
    HTTP_500_INTERNAL_SERVER_ERROR,
    HTTP_503_SERVICE_UNAVAILABLE,
    HTTP_507_INSUFFICIENT_STORAGE,
)
from redis.exceptions import RedisError

from app.db.engine.connect import DATABASE_AWAY
from app.runtime.disk_full import is_disk_full
from app.storage import StorageAwayError
from app.web.http.answers.allowed_methods import allowed_methods
from app.web.http.bodies.handler_limits import AROUND_FILES_BYTES
from app.web.http.bodies.nul_filter import HAS_NUL
from app.web.http.faults.error_statuses import STATUS_OF
from app.web.http.faults.errors import CannotMakeError, StreamLimitError
from app.web.http.faults.field_errors import field_sentence
from app.web.http.faults.redis_faults import redis_sentence

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
# JSON errors by kind. app/web/http/bodies/nul_filter.py checks addresses and forms.
JSON_ERRORS: dict[type[Exception], str] = {
    RecursionError: "The JSON of the request is nested too deeply.",
    CharacterNotInRepertoireError: HAS_NUL,
}
UNEXPECTED = "Internal error. An uploaded file, if any, is kept."


AnyRequest = Request[Any, Any, Any]


def explain(request: AnyRequest, error: Exception) -> tuple[int, str]:
    """The status and the sentence for an exception; the sentence says what to do."""
    if isinstance(error, FAULTS):
        return _explain_fault(error)
    for kind, status in STATUS_OF.items():
        if isinstance(error, kind):
            return status, str(error)
    match error:
        case StreamLimitError() | CannotMakeError():
            return error.status, str(error)
        case ValidationException():
            return HTTP_400_BAD_REQUEST, _invalid_fields(request, error)
        case NotFoundException():
            return HTTP_404_NOT_FOUND, f"There is nothing at {request.scope['path']}."
        case HTTPException(status_code=413):
            return HTTP_413_REQUEST_ENTITY_TOO_LARGE, _too_large(request)
        case HTTPException():
            return _explain_http(request, error)
        case RecursionError() | CharacterNotInRepertoireError():
            return HTTP_400_BAD_REQUEST, JSON_ERRORS[type(error)]
    return HTTP_500_INTERNAL_SERVER_ERROR, UNEXPECTED


def _explain_http(request: AnyRequest, error: HTTPException) -> tuple[int, str]:
    if isinstance(error, MethodNotAllowedException):
        methods = ", ".join(allowed_methods(request.app, request.scope["path"]))
        return error.status_code, f"{request.method} is not possible here. Use one of {methods}."
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


def _invalid_fields(request: AnyRequest, error: ValidationException) -> str:
    extra = error.extra if isinstance(error.extra, list) else []
    found = [item for item in extra if "key" in item]
    if any(item["key"] == "file" or "`file`" in item["message"] for item in found):
        return "Choose a peak table to upload: a multipart form field named file."
    fields = request.route_handler.parsed_fn_signature.parameters
    said = " ".join(field_sentence(fields, item) for item in found)
    return f"The request cannot be used. {said or error.detail.rstrip('.') + '.'}"


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
