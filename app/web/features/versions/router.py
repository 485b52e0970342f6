"""The handlers of versions: overrides, refits and comparisons."""

from app.web.features.versions import api, pages

HANDLERS = [*pages.HANDLERS, *api.HANDLERS]
