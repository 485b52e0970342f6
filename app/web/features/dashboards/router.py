"""The handlers of dashboards."""

from app.web.features.dashboards import api, pages, tiles

HANDLERS = [*pages.HANDLERS, *api.HANDLERS, *tiles.HANDLERS]
