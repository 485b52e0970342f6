"""The status of each error whose own text is shown to the client."""

from litestar.status_codes import (
    HTTP_400_BAD_REQUEST,
    HTTP_403_FORBIDDEN,
    HTTP_404_NOT_FOUND,
    HTTP_409_CONFLICT,
    HTTP_410_GONE,
    HTTP_422_UNPROCESSABLE_ENTITY,
    HTTP_429_TOO_MANY_REQUESTS,
    HTTP_503_SERVICE_UNAVAILABLE,
)

from app.accounts.sign_on.errors import (
    NoSignOnError,
    ProviderAwayError,
    SignOnExpiredError,
    SignOnRefusedError,
)
from app.analysis.errors import AnalysisError
from app.contract.cron import CronError
from app.db.accounts.errors import AccountError, AccountNotFoundError
from app.db.accounts.links import LinkError
from app.db.accounts.second_factor import SecondFactorError
from app.db.accounts.stream_tokens import StreamTokenError, StreamTokenNotFoundError
from app.db.accounts.tokens import TokenError, TokenNotFoundError
from app.db.data_retention.keeping_time import RetentionError
from app.db.jobs.changes.bulk_actions import BulkActionNotFoundError
from app.db.jobs.contents.labels import LabelError
from app.db.jobs.errors import IdempotencyKeyError, JobConflictError, JobNotFoundError
from app.db.jobs.quotas.checks import QuotaError
from app.db.jobs.sharing.permission import NotPermittedError
from app.db.jobs.sharing.shares import ShareError
from app.db.libraries.errors import LibraryError, LibraryNotFoundError
from app.db.notifications.alert_policy import AlertPolicyError
from app.db.notifications.digests import DigestError
from app.db.notifications.email_choices import MailChoiceError
from app.db.notifications.webhooks import WebhookConflictError, WebhookError, WebhookNotFoundError
from app.db.presets import PresetError, PresetNotFoundError
from app.db.reviews.errors import ReviewConflictError, ReviewError, ReviewNotFoundError
from app.db.saved_views import SavedViewError, SavedViewNotFoundError
from app.db.schedules.store import ScheduleConflictError, ScheduleNotFoundError
from app.db.worker_sizes import WorkerSizeError
from app.jobs.errors import UploadError
from app.queue.worker_registry import WorkerNotFoundError
from app.runtime.places import NoPlaceError
from app.web.http.faults.errors import AttemptNotFoundError, QueryError, RowNotFoundError
from app.web.http.identity.throttling import TooManyTriesError

# Each error is found under the first of its kinds.
STATUS_OF: dict[type[Exception], int] = {
    AnalysisError: HTTP_400_BAD_REQUEST,
    UploadError: HTTP_400_BAD_REQUEST,
    QueryError: HTTP_400_BAD_REQUEST,
    LibraryError: HTTP_400_BAD_REQUEST,
    PresetError: HTTP_400_BAD_REQUEST,
    TokenError: HTTP_400_BAD_REQUEST,
    StreamTokenError: HTTP_400_BAD_REQUEST,
    AlertPolicyError: HTTP_400_BAD_REQUEST,
    WebhookConflictError: HTTP_409_CONFLICT,  # before its general kind
    WebhookError: HTTP_400_BAD_REQUEST,
    MailChoiceError: HTTP_400_BAD_REQUEST,
    ShareError: HTTP_400_BAD_REQUEST,
    ReviewError: HTTP_400_BAD_REQUEST,
    LabelError: HTTP_400_BAD_REQUEST,
    SavedViewError: HTTP_400_BAD_REQUEST,
    WorkerSizeError: HTTP_400_BAD_REQUEST,
    AccountError: HTTP_400_BAD_REQUEST,
    SecondFactorError: HTTP_400_BAD_REQUEST,
    CronError: HTTP_400_BAD_REQUEST,
    RetentionError: HTTP_400_BAD_REQUEST,
    DigestError: HTTP_400_BAD_REQUEST,
    SignOnExpiredError: HTTP_400_BAD_REQUEST,
    SignOnRefusedError: HTTP_403_FORBIDDEN,
    NoSignOnError: HTTP_404_NOT_FOUND,
    ProviderAwayError: HTTP_503_SERVICE_UNAVAILABLE,
    NotPermittedError: HTTP_403_FORBIDDEN,
    LinkError: HTTP_410_GONE,
    TooManyTriesError: HTTP_429_TOO_MANY_REQUESTS,
    QuotaError: HTTP_429_TOO_MANY_REQUESTS,
    NoPlaceError: HTTP_429_TOO_MANY_REQUESTS,
    WebhookNotFoundError: HTTP_404_NOT_FOUND,
    TokenNotFoundError: HTTP_404_NOT_FOUND,
    StreamTokenNotFoundError: HTTP_404_NOT_FOUND,
    AccountNotFoundError: HTTP_404_NOT_FOUND,
    JobNotFoundError: HTTP_404_NOT_FOUND,
    ScheduleNotFoundError: HTTP_404_NOT_FOUND,
    LibraryNotFoundError: HTTP_404_NOT_FOUND,
    PresetNotFoundError: HTTP_404_NOT_FOUND,
    BulkActionNotFoundError: HTTP_404_NOT_FOUND,
    SavedViewNotFoundError: HTTP_404_NOT_FOUND,
    AttemptNotFoundError: HTTP_404_NOT_FOUND,
    RowNotFoundError: HTTP_404_NOT_FOUND,
    WorkerNotFoundError: HTTP_404_NOT_FOUND,
    ReviewNotFoundError: HTTP_404_NOT_FOUND,
    ReviewConflictError: HTTP_409_CONFLICT,
    JobConflictError: HTTP_409_CONFLICT,
    ScheduleConflictError: HTTP_409_CONFLICT,
    IdempotencyKeyError: HTTP_422_UNPROCESSABLE_ENTITY,
}
