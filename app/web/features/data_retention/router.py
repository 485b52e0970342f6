"""The handlers of data retention."""

from app.web.features.data_retention import api, pages

HANDLERS = [*pages.HANDLERS, *api.HANDLERS]
