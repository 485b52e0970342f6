"""Every address of the server: the handlers of each feature, and what their bodies may hold."""

from typing import Any

from app.settings import Settings
from app.web.features.accounts import router as accounts
from app.web.features.alerts import router as alerts
from app.web.features.arbiter import router as arbiter
from app.web.features.attempts import router as attempts
from app.web.features.bulk import router as bulk
from app.web.features.cohorts import router as cohorts
from app.web.features.dashboards import router as dashboards
from app.web.features.data_retention import router as data_retention
from app.web.features.flips import router as flips
from app.web.features.help import router as guide
from app.web.features.jobs import router as jobs
from app.web.features.labels import router as labels
from app.web.features.libraries import api as library_api
from app.web.features.libraries import pages as library_pages
from app.web.features.libraries import router as libraries
from app.web.features.monitoring import router as monitoring
from app.web.features.notifications import router as notifications
from app.web.features.ops import router as ops
from app.web.features.presets import router as presets
from app.web.features.proof import router as proof
from app.web.features.quantities import router as quantities
from app.web.features.queue import router as queue
from app.web.features.results import router as results
from app.web.features.reviews import router as reviews
from app.web.features.saved_views import router as saved_views
from app.web.features.schedules import router as schedules
from app.web.features.second_factor import router as second_factor
from app.web.features.security_trail import router as security_trail
from app.web.features.sharing import router as sharing
from app.web.features.sign_off import router as sign_off
from app.web.features.sign_on import router as sign_on
from app.web.features.targets import router as targets
from app.web.features.tokens import router as tokens
from app.web.features.uploads import api as submissions
from app.web.features.uploads import pages as previews
from app.web.features.uploads import router as uploads
from app.web.features.versions import api as refits
from app.web.features.versions import pages as overrides
from app.web.features.versions import router as versions
from app.web.http.bodies.handler_limits import bounded
from app.web.openapi.description import show_description
from app.web.streaming import routes as streams

HANDLERS = [
    *jobs.HANDLERS,
    *attempts.HANDLERS,
    *labels.HANDLERS,
    *bulk.HANDLERS,
    *queue.HANDLERS,
    *saved_views.HANDLERS,
    *uploads.HANDLERS,
    *results.HANDLERS,
    *flips.HANDLERS,
    *proof.HANDLERS,
    *cohorts.HANDLERS,
    *quantities.HANDLERS,
    *targets.HANDLERS,
    *versions.HANDLERS,
    *arbiter.HANDLERS,
    *reviews.HANDLERS,
    *sign_off.HANDLERS,
    *presets.HANDLERS,
    *libraries.HANDLERS,
    *tokens.HANDLERS,
    *dashboards.HANDLERS,
    *notifications.HANDLERS,
    *ops.HANDLERS,
    *schedules.HANDLERS,
    *alerts.HANDLERS,
    *data_retention.HANDLERS,
    *security_trail.HANDLERS,
    *guide.HANDLERS,
    *monitoring.HANDLERS,
    *streams.HANDLERS,
    show_description,
]
ACCOUNT_HANDLERS = [
    *accounts.HANDLERS,
    *sharing.HANDLERS,
    *second_factor.HANDLERS,
    *sign_on.HANDLERS,
]
TAKE_FILES = [
    *(previews.preview_uploads, previews.start),
    *(submissions.submit_job, submissions.submit_batch, submissions.submit_cohort),
    submissions.preview_table,
    *(library_api.import_library_file, library_pages.import_on_page),
]
TAKE_OVERRIDES = [refits.refit_job, overrides.refit_by_form]


def handlers(settings: Settings) -> list[Any]:
    """The handlers of an installation, each with the limits of its body."""
    more = ACCOUNT_HANDLERS if settings.has_accounts else accounts.LOCAL_HANDLERS
    return bounded(
        [*HANDLERS, *more],
        files=TAKE_FILES,
        overrides=TAKE_OVERRIDES,
        upload_bytes=settings.upload_limit_bytes,
    )
