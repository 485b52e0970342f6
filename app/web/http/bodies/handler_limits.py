"""Limits the body of each request by who may send it.

Anybody may send the login form, so its limit is small. Logged-in users may send more: many
overrides to the addresses that accept them, and tables up to the limit in the settings.
"""

from collections.abc import Collection, Iterable
from copy import copy
from typing import Any

from litestar.handlers import HTTPRouteHandler

from app.web.http.bodies.body_limits import BodyLimits

# A name, two long passwords in any script, and a token.
OF_ANYBODY_BYTES = 50_000
# Hundreds of selected jobs, a preset, or a webhook.
OF_USERS_BYTES = 500_000
# The parts of a form beside its files: field names, boundaries and settings.
AROUND_FILES_BYTES = 100_000
# The largest number of overrides, each with the longest reason.
LONGEST_BYTES = 10_000_000
# The key of the body limits in a handler's ``opt``.
LIMITS = "body_limits"
OF_ANYBODY = BodyLimits(100)
OF_USERS = BodyLimits(2_000)
OF_OVERRIDES = BodyLimits(50_000)
WITH_FILES = BodyLimits(1_000, beside_files_bytes=AROUND_FILES_BYTES)


def bounded(
    handlers: Iterable[HTTPRouteHandler],
    *,
    files: Collection[Any],
    overrides: Collection[Any],
    upload_bytes: int,
) -> list[HTTPRouteHandler]:
    """Copies of the handlers with limits for their bodies."""

    def with_bounds(handler: HTTPRouteHandler) -> HTTPRouteHandler:
        if handler in files:
            return _with_limits(handler, WITH_FILES, upload_bytes + AROUND_FILES_BYTES)
        if handler in overrides:
            return _with_limits(handler, OF_OVERRIDES, LONGEST_BYTES)
        if handler.opt.get("exclude_from_auth"):
            return _with_limits(handler, OF_ANYBODY, OF_ANYBODY_BYTES)
        return _with_limits(handler, OF_USERS, OF_USERS_BYTES)

    return [with_bounds(handler) for handler in handlers]


def _with_limits(
    handler: HTTPRouteHandler, limits: BodyLimits, body_bytes: int
) -> HTTPRouteHandler:
    copied = copy(handler)
    copied.request_max_body_size = body_bytes
    copied.opt = handler.opt | {LIMITS: limits}
    return copied
