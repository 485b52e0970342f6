"""The handlers of actions on many jobs."""

from app.web.features.bulk import api, pages

HANDLERS = [*pages.HANDLERS, *api.HANDLERS]
