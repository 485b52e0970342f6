"""The handlers of schedules."""

from app.web.features.schedules import api, pages

HANDLERS = [*pages.HANDLERS, *api.HANDLERS]
