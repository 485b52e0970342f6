"""The calls that a row can have; the number of a call is its position here."""

CALLS = ("true", "fragment", "outlier", "ambiguous", "invalid")
TRUE, FRAGMENT, OUTLIER, AMBIGUOUS, INVALID = range(len(CALLS))
