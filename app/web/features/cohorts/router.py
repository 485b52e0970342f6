"""The handlers of cohorts."""

from app.web.features.cohorts import api, pages

HANDLERS = [*pages.HANDLERS, *api.HANDLERS]
