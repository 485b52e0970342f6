"""The handlers of saved views."""

from app.web.features.saved_views import api, pages

HANDLERS = [*pages.HANDLERS, *api.HANDLERS]
