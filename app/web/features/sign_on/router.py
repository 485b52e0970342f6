"""The handlers of sign-on by an OpenID provider."""

from app.web.features.sign_on import back_channel, pages

HANDLERS = [*pages.HANDLERS, *back_channel.HANDLERS]
