"""What a row can be called; the numbers of the calls are their places here."""

CALLS = ("true", "fragment", "outlier", "ambiguous", "invalid")
TRUE, FRAGMENT, OUTLIER, AMBIGUOUS, INVALID = range(len(CALLS))
