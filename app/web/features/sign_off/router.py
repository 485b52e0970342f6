"""The handlers of the sign-off."""

from app.web.features.sign_off import api, pages

HANDLERS = [*pages.HANDLERS, *api.HANDLERS]
