"""Days in a request, such as the first and last one of a list."""

from datetime import date

from app.web.http.faults.errors import QueryError

DAY = {"pattern": "^(20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8]))?$"}


def period(since: str, until: str) -> tuple[date | None, date | None]:
    """The first and last day that a request names, None where it names none.

    Raises:
        QueryError: A day is not valid, or the first is after the last.
    """
    first, last = _day("since", since), _day("until", until)
    if first and last and first > last:
        raise QueryError(f"{since} is after {until}; swap the two days.")
    return first, last


def _day(field: str, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise QueryError(f"{field}: {text} is not a day; write it as 2026-11-25.") from None
