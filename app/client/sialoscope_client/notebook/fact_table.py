"""A table of facts in a notebook, as HTML."""

from collections.abc import Iterable
from html import escape


def fact_table(caption: str, facts: Iterable[tuple[str, str]]) -> str:
    """The table with this caption; each fact is a row of its name and its value."""
    cells = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>'
        for name, value in facts
    )
    return f"<table><caption>{escape(caption)}</caption><tbody>{cells}</tbody></table>"
