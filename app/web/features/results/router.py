"""The handlers of results: pages, plots, rows, exports and records."""

from app.web.features.results import api, pages, rows_api
from app.web.features.results.downloads import api as export_api

HANDLERS = [
    *pages.HANDLERS,
    *rows_api.HANDLERS,
    *export_api.HANDLERS,
    *api.HANDLERS,
]
