"""The handlers of notifications: e-mail choices and webhooks."""

from app.web.features.notifications import api, pages, webhook_pages

HANDLERS = [*pages.HANDLERS, *webhook_pages.HANDLERS, *api.HANDLERS]
