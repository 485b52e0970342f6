"""The handlers of the queue."""

from app.web.features.queue import api, pages

HANDLERS = [*pages.HANDLERS, *api.HANDLERS]
