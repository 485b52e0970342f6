"""Find the roles of samples in a column that is not called so, as ``Type`` or ``Kind``.

A blank that is read as a sample could be called true. The column is known by its cells: each of
them is a role, and the rows of a sample have one.
"""

import polars as pl

from app.analysis.names.cells.sample_roles import BLANK, QC, STANDARD, sample_role
from app.analysis.reading.headers.columns import fold
from app.analysis.reading.layout.layout import Layout
from app.analysis.reading.sources import SOURCES

HEADERS = frozenset(
    (
        *("type", "role", "kind", "category", "runtype", "injectiontype", "acquisitiontype"),
        *("vialtype", "sampleclass", "samplekind", "samplecategory", "typ", "art", "probentyp"),
    )
)
# A control can be a healthy animal.
UNCLEAR = "control"
TELLING = (BLANK, QC, STANDARD)


def role_columns(layout: Layout) -> list[str]:
    """The headers of the columns that can hold the roles of samples."""
    return [name for name in layout.header if fold(name) in HEADERS]


def with_implied_roles(table: pl.DataFrame, layout: Layout) -> Layout:
    """The layout with the column of roles, if the cells of one are the roles of samples."""
    sample = layout.roles.get("sample", "")
    is_long = bool(sample) and not layout.samples and layout.source is SOURCES[-1]
    if not is_long or "sample_role" in layout.roles:
        return layout
    free = [name for name in role_columns(layout) if name not in layout.used]
    column = next((name for name in free if _are_roles(table[sample], table[name])), "")
    if not column:
        return layout
    return layout.with_column(
        "sample_role", column, f"The cells of {column!r} are read as the roles of samples."
    )


def _are_roles(samples: pl.Series, cells: pl.Series) -> bool:
    """Whether each cell is a role, some of them not that of a sample, and each sample has one."""
    if cells.dtype != pl.String:
        return False
    words = cells.unique().drop_nulls().to_list()
    roles = {word: sample_role(word) for word in words if fold(word) and fold(word) != UNCLEAR}
    if not roles or len(roles) < len(words) or None in roles.values():
        return False
    pairs = pl.DataFrame({"sample": samples, "role": cells}).drop_nulls().unique()
    return pairs["sample"].is_unique().all() and any(role in TELLING for role in roles.values())
