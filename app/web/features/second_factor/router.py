"""The handlers of the second factor."""

from app.web.features.second_factor import admin, login, own

HANDLERS = [*login.HANDLERS, *own.HANDLERS, *admin.HANDLERS]
