"""The handlers of the history of a job."""

from app.web.features.attempts import api

HANDLERS = [*api.HANDLERS]
