"""The handlers of the security trail."""

from app.web.features.security_trail import api, pages

HANDLERS = [*pages.HANDLERS, *api.HANDLERS]
