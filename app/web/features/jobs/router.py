"""The handlers of jobs: their list, the page of each, and what users do to them."""

from app.web.features.jobs import api, list_pages, pages

HANDLERS = [*pages.HANDLERS, *list_pages.HANDLERS, *api.HANDLERS]
