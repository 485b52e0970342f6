"""The calls that a row can have; the number of a call is its position here.

Files and the API have these words. Pages, reports and texts for a paper have those of
``ASSIGNMENTS``.
"""

CALLS = ("true", "fragment", "outlier", "ambiguous", "invalid")
TRUE, FRAGMENT, OUTLIER, AMBIGUOUS, INVALID = range(len(CALLS))
ASSIGNMENTS = {
    "true": "confirmed",
    "fragment": "in-source fragment",
    "outlier": "not confirmed",
    "ambiguous": "ambiguous",
    "invalid": "excluded",
}


def assignment(call: str) -> str:
    """The words of a chemist for a call; a word that is no call stays as it is."""
    return ASSIGNMENTS.get(call, call)
