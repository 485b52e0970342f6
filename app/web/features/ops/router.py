"""The handlers of operations."""

from app.web.features.ops import api, pages

HANDLERS = [*pages.HANDLERS, *api.HANDLERS]
