"""Render an e-mail from its templates and put it into the outbox."""

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from app.analysis.state.calls import assignment
from app.db.accounts.tables import Email
from app.db.notifications.email_outbox import add_email
from app.runtime.program_files import program_folder

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = program_folder("templates") / "mail"


class Notice(NamedTuple):
    """The owner of a notification e-mail, and the URL that unsubscribes from such e-mails.

    An ``id`` that was queued before is not queued again.
    """

    owner: str
    unsubscribe: str
    id: str | None = None


async def queue_email(
    to: str, template: str, *, notice: Notice | None = None, **values: object
) -> Email:
    """Put an e-mail into the outbox; the workers' sweeper sends it within seconds.

    ``templates/mail/<template>.txt`` is its text, with the subject on the first line, and
    ``<template>.html`` is its HTML. Both are rendered with ``values``, and with ``unsubscribe`` for
    a notice. The templates pass texts from users through the filter ``one_line``.
    """
    if notice:
        values["unsubscribe"] = notice.unsubscribe
    subject, _, text = _rendered(f"{template}.txt", values).partition("\n")
    html = _rendered(f"{template}.html", values)
    text = text.strip() + "\n"
    if notice is None:
        return await add_email(to, subject.strip(), text, html)
    return await add_email(
        *(to, subject.strip(), text, html),
        email_id=notice.id,
        owner=notice.owner,
        unsubscribe=notice.unsubscribe,
    )


def one_line(text: str) -> str:
    """Put a user's text on one line, so that it cannot start a header or a paragraph."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _rendered(name: str, values: dict[str, object]) -> str:
    return _environment().get_template(name).render(values)


@cache
def _environment() -> "Environment":
    # Most workers write no e-mail.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    environment.filters |= {"one_line": one_line, "assignment": assignment}
    return environment
