"""The handlers of retention libraries."""

from app.web.features.libraries import api, pages

HANDLERS = [*pages.HANDLERS, *api.HANDLERS]
