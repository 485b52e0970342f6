"""What every request goes through before its handler, in order."""

from hashlib import sha256
from typing import Any

from litestar.middleware import DefineMiddleware

from app.runtime.login_token import login_token
from app.settings import Settings
from app.web.http.bodies.declarations import DeclarationCheck
from app.web.http.bodies.forms_end import FormsEnd
from app.web.http.bodies.nul_filter import NulFilter
from app.web.http.identity.authentication import LoginMiddleware
from app.web.http.identity.cookies import Cookies
from app.web.http.identity.csrf import CsrfCheck
from app.web.http.identity.session_store import SessionStore
from app.web.http.identity.sessions import Sessions
from app.web.http.origin.hosts import HostCheck
from app.web.http.origin.origins import OriginCheck


def middleware(settings: Settings, sessions: SessionStore) -> list[Any]:
    """The middleware of the application, the outermost first."""
    cookies = Cookies(settings.is_https)
    return [
        FormsEnd(),
        HostCheck(settings.host_names),
        DeclarationCheck(),
        NulFilter(),
        OriginCheck(settings.public_url, settings.stream_origins),
        Sessions(sessions, cookies),
        DefineMiddleware(LoginMiddleware),
        CsrfCheck(_csrf_secret(settings), cookies),
    ]


def _csrf_secret(settings: Settings) -> str:
    """The same secret in every web process of an installation, derived from its login token."""
    return sha256(b"csrf:" + login_token(settings).encode()).hexdigest()
