"""The handlers of API tokens."""

from app.web.features.tokens import api, pages

HANDLERS = [*pages.HANDLERS, *api.HANDLERS]
