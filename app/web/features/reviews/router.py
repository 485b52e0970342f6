"""The handlers of reviews."""

from app.web.features.reviews import api, closing_api, owner_pages, pages

HANDLERS = [*pages.HANDLERS, *owner_pages.HANDLERS, *api.HANDLERS, *closing_api.HANDLERS]
