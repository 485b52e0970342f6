"""The handlers of versions: overrides, refits and comparisons."""

from app.web.features.versions import api, moved_api, pages, selection_pages

HANDLERS = [*pages.HANDLERS, *selection_pages.HANDLERS, *api.HANDLERS, *moved_api.HANDLERS]
