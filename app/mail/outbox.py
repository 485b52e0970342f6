"""How a letter comes into the outbox: drawn from its templates and kept until it is sent."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app.db.account_tables import Letter
from app.db.letters import add_letter

TEMPLATES = Path(__file__).parent.parent.parent / "templates" / "mail"


async def queue_letter(to: str, template: str, **values: object) -> Letter:
    """Put a letter into the outbox; the sweeper of the workers sends it within seconds.

    ``templates/mail/<template>.txt`` is its text, whose first line is the subject, and
    ``<template>.html`` the same as a page; both are drawn with ``values``.
    """
    subject, _, text = _drawn(f"{template}.txt", values).partition("\n")
    html = _drawn(f"{template}.html", values)
    return await add_letter(to, subject.strip(), text.strip() + "\n", html)


def _drawn(name: str, values: dict[str, object]) -> str:
    return _environment().get_template(name).render(values)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
    )
