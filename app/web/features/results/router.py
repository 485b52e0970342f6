"""The handlers of results: pages, plots, rows, exports and records."""

from app.web.features.results import api, pages

HANDLERS = [*pages.HANDLERS, *api.HANDLERS]
