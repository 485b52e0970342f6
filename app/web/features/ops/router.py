"""The handlers of operations."""

from app.web.features.ops import api, log_level, pages

HANDLERS = [*pages.HANDLERS, *api.HANDLERS, *log_level.HANDLERS]
