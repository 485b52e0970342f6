"""Ends the forms of a request with it: their files, and the room that their bodies took."""

from litestar.datastructures import FormMultiDict
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Empty, Receive, Scope, Send
from litestar.utils.scope.state import ScopeState

from app.web.http.bodies.request_bodies import GIVE_BACK


class FormsEnd(ASGIMiddleware):
    """Deletes the files of a form and gives back its room, whether its request failed or not."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Handle the request, then close its uploads."""
        try:
            await next_app(scope, receive, send)
        finally:
            form = ScopeState.from_scope(scope).form
            for give_back in scope["state"].pop(GIVE_BACK, ()):
                give_back()
            if form is not Empty:
                await FormMultiDict.from_form_data(form).close()
