"""Notice an area that many rows have: missing ones were filled in, or the detector was full."""

import numpy as np
import polars as pl

from app.analysis.counted import percent

# In fewer rows areas can be alike by chance, and lists of examples have one area for all.
LEAST_ROWS = 20
# The share of rows with one area that is no chance, and of different areas among the others.
LEAST_SHARE, LEAST_DISTINCT = 0.2, 0.5
# Of a table of more rows, so many that are evenly spread are looked at.
MOST_ROWS = 10_000


def filled_note(areas: pl.Series) -> str:
    """One sentence where many of the ``areas`` as read are one number, empty for others."""
    values = areas.gather_every(-(-len(areas) // MOST_ROWS) or 1).drop_nulls().to_numpy()
    values = values[np.isfinite(values) & (values > 0)]
    if len(values) < LEAST_ROWS:
        return ""
    distinct, count = np.unique(values, return_counts=True)
    same = int(count.max())
    others = len(values) - same
    if same < LEAST_SHARE * len(values) or len(distinct) - 1 <= LEAST_DISTINCT * others:
        return ""
    most = float(distinct[count.argmax()])
    cause = "the detector was full" if most == distinct[-1] else "missing areas were filled in"
    return (
        f"{percent(same / len(values))} of the areas are {most:,.10g}, so it seems that {cause}. "
        "Shares, totals and ratios with them are wrong."
    )
