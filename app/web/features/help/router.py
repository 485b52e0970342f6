"""The handlers of the help."""

from app.web.features.help import pages

HANDLERS = pages.HANDLERS
