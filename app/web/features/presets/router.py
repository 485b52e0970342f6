"""The handlers of presets."""

from app.web.features.presets import api, pages

HANDLERS = [*pages.HANDLERS, *api.HANDLERS]
