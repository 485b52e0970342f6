"""The handlers of proof bundles."""

from app.web.features.proof import api

HANDLERS = api.HANDLERS
