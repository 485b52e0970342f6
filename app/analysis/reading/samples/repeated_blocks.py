"""Notice samples that stand below each other without a column that names them."""

import polars as pl

from app.analysis.reading.cells.written_cells import are_written
from app.analysis.reading.layout.layout import Layout

# A list of fewer molecules can repeat by chance.
FEWEST_MOLECULES = 3


def with_note_on_blocks(table: pl.DataFrame, layout: Layout) -> Layout:
    """The layout with a note if all molecules come again in the same order, as for each sample."""
    name, rt = (layout.roles.get(role, "") for role in ("name", "rt"))
    if not name or not rt or layout.samples or "sample" in layout.roles:
        return layout
    names = table[name].filter(are_written(table[rt])).drop_nulls()
    molecules = names.n_unique()
    parts, rest = divmod(len(names), max(molecules, 1))
    if molecules < FEWEST_MOLECULES or rest or parts < 2:
        return layout
    if not (names == names.shift(molecules)).drop_nulls().all():
        return layout
    return layout.with_notes(
        f"The same {molecules:,} molecules stand in the same order {parts:,} times; all rows are "
        "read as peaks of one sample. If the parts are samples, add a column Sample with the name "
        "of each."
    )
