"""The handlers of notifications: e-mail choices and webhooks."""

from app.web.features.notifications import api, deliveries_api, pages, webhook_pages

HANDLERS = [
    *pages.HANDLERS,
    *webhook_pages.HANDLERS,
    *api.HANDLERS,
    *deliveries_api.HANDLERS,
]
