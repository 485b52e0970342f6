"""How a letter comes into the outbox: drawn from its templates and kept until it is sent."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app.db.accounts.tables import Letter
from app.db.notifications.email_outbox import add_letter

TEMPLATES = Path(__file__).parents[3] / "templates" / "mail"


class Notice(NamedTuple):
    """That a letter is one that its owner asked for, and the address that ends such letters.

    One of an ``id`` that was queued before is not queued again.
    """

    owner: str
    unsubscribe: str
    id: str | None = None


async def queue_letter(
    to: str, template: str, *, notice: Notice | None = None, **values: object
) -> Letter:
    """Put a letter into the outbox; the sweeper of the workers sends it within seconds.

    ``templates/mail/<template>.txt`` is its text, whose first line is the subject, and
    ``<template>.html`` the same as a page; both are drawn with ``values``, and with ``unsubscribe``
    for a notice. Texts of users stand in them by the filter ``one_line``.
    """
    if notice:
        values["unsubscribe"] = notice.unsubscribe
    subject, _, text = _drawn(f"{template}.txt", values).partition("\n")
    html = _drawn(f"{template}.html", values)
    text = text.strip() + "\n"
    if notice is None:
        return await add_letter(to, subject.strip(), text, html)
    return await add_letter(
        *(to, subject.strip(), text, html),
        letter_id=notice.id,
        owner=notice.owner,
        unsubscribe=notice.unsubscribe,
    )


def one_line(text: str) -> str:
    """A text of a user on one line, so that it begins neither a header nor a paragraph."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _drawn(name: str, values: dict[str, object]) -> str:
    return _environment().get_template(name).render(values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    environment.filters["one_line"] = one_line
    return environment
