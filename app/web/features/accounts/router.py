"""The handlers of accounts, and of the login without accounts."""

from app.web.features.accounts import (
    admin,
    invitations,
    local_login,
    login,
    own,
    own_sessions,
    quotas,
    reset,
)

HANDLERS = [
    *login.HANDLERS,
    *own.HANDLERS,
    *own_sessions.HANDLERS,
    *reset.HANDLERS,
    *invitations.HANDLERS,
    *admin.HANDLERS,
    *quotas.HANDLERS,
]
# One person alone logs in with a token.
LOCAL_HANDLERS = local_login.HANDLERS
