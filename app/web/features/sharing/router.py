"""The handlers of sharing."""

from app.web.features.sharing import api, pages

HANDLERS = [*pages.HANDLERS, *api.HANDLERS]
