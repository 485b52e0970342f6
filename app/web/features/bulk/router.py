"""The handlers of actions on many jobs."""

from app.web.features.bulk import api, pages, selected_pages

HANDLERS = [*selected_pages.HANDLERS, *pages.HANDLERS, *api.HANDLERS]
