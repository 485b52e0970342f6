"""The handlers of sign-on by an OpenID provider."""

from app.web.features.sign_on import pages

HANDLERS = [*pages.HANDLERS]
