"""The handlers of the arbiter."""

from app.web.features.arbiter import api, pages

HANDLERS = [*pages.HANDLERS, *api.HANDLERS]
