"""The handlers of targets."""

from app.web.features.targets import api, pages

HANDLERS = [pages.target_page, *api.HANDLERS]
