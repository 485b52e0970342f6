"""The handlers of versions: overrides, refits and comparisons."""

from app.web.features.versions import api, pages, selection_pages

HANDLERS = [*pages.HANDLERS, *selection_pages.HANDLERS, *api.HANDLERS]
