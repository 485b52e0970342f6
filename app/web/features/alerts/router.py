"""The handlers of alerts."""

from app.web.features.alerts import api, pages

HANDLERS = [*pages.HANDLERS, *api.HANDLERS]
