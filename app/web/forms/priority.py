"""The priority that is chosen in a form."""

from app.db.jobs.turns.priority import Priority
from app.web.http.faults.errors import QueryError

PRIORITY = "priority"


def chosen_priority(typed: object) -> Priority:
    """The priority that was chosen in a form.

    Raises:
        QueryError: There is no such priority.
    """
    known = {each.value: each for each in Priority}
    if str(typed) not in known:
        raise QueryError(f"There is no priority {str(typed)[:20]!r}; choose high, normal or low.")
    return known[str(typed)]
