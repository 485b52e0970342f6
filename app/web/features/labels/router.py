"""The handlers of names, tags and notes."""

from app.web.features.labels import api, pages

HANDLERS = [*pages.HANDLERS, *api.HANDLERS]
