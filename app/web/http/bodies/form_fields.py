"""Refuses fields that a form does not have, because a misspelt setting would be lost."""

from collections.abc import Iterable, Sequence

from litestar.exceptions import ClientException

from app.runtime.near_names import with_nearest
from app.web.http.identity import csrf

LONGEST_SHOWN = 100


def refuse_unknown_fields(given: Iterable[str], known: Sequence[str]) -> None:
    """Refuse the first field that is not known; that of the CSRF token always is.

    Raises:
        ClientException: There is one; the text names the nearest field and all that there are.
    """
    for name in given:
        if name not in (*known, csrf.FIELD):
            refusal = with_nearest(f"There is no field {name[:LONGEST_SHOWN]}", name, known)
            raise ClientException(f"{refusal} The form takes {', '.join(known)}.")
