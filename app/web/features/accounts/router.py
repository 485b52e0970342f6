"""The handlers of accounts, and of the login without accounts."""

from app.web.features.accounts import (
    accounts_api,
    admin,
    invitations,
    local_login,
    login,
    logout,
    own,
    own_sessions,
    quotas,
    quotas_api,
    reset,
)

HANDLERS = [
    *login.HANDLERS,
    logout.log_out,
    *own.HANDLERS,
    *own_sessions.HANDLERS,
    *reset.HANDLERS,
    *invitations.HANDLERS,
    *admin.HANDLERS,
    *quotas.HANDLERS,
    *quotas_api.HANDLERS,
    *accounts_api.HANDLERS,
]
# Without accounts, the one user logs in with a token.
LOCAL_HANDLERS = [*local_login.HANDLERS, logout.log_out]
