"""Leaves out of pages what a viewer may not send: forms, and buttons with an address of their own.

A viewer's account is read-only. The server refuses its changes; its pages do not offer them. This
works on the source of each template, so that a new form needs no line of its own.
"""

import re

from jinja2 import pass_context
from jinja2.ext import Extension
from jinja2.runtime import Context

# Forms of one's own login, and those that change nothing. A test compares this with the routes.
OPEN_TO_VIEWERS = (
    "/logout",
    "/account/password",
    "/account/sessions/",
    "/account/log-out-everywhere",
    "/account/second-factor/",
    "/tokens",
    "/dashboards",
    "/jobs/selected/download",
    "/jobs/selected/compare",
    "#",
)
FORM = re.compile(r'<form\b[^>]*\bmethod="post".*?</form>', re.DOTALL)
BUTTON = re.compile(r"<button\b[^>]*\bformaction=.*?</button>", re.DOTALL)
ACTION = re.compile(r'\b(?:form)?action="([^"]*)"')
EXPRESSION = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


class ReadOnlyPages(Extension):
    """Puts each form and button that sends a change under the condition ``may_send(address)``."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return the source of a template with these conditions."""
        del name, filename
        return FORM.sub(_conditional, BUTTON.sub(_conditional, source))


@pass_context
def may_send(context: Context, address: str) -> bool:
    """Whether the reader of a page may send a form to an address; only viewers may not."""
    return not is_read_only(context) or str(address).startswith(OPEN_TO_VIEWERS)


@pass_context
def is_read_only(context: Context) -> bool:
    """Whether the reader of a page is a viewer."""
    user = context["request"].scope.get("user") if "request" in context else None
    return bool(user and user.is_viewer)


def _conditional(found: re.Match[str]) -> str:
    element = found.group()
    action = ACTION.search(element.partition(">")[0] + ">")
    return (
        f"{{% if may_send({_address(action.group(1) if action else '')}) %}}{element}{{% endif %}}"
    )


def _address(action: str) -> str:
    """The address of a form as an expression of the template."""
    texts = EXPRESSION.split(action)
    parts = [f"({each})" if place % 2 else f"'{each}'" for place, each in enumerate(texts) if each]
    return " ~ ".join(parts) or "''"
