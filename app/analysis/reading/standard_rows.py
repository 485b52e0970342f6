"""Find the internal standards that a column such as ``Type`` or ``Compound Type`` names."""

from dataclasses import replace

import polars as pl

from app.analysis.reading.columns import fold
from app.analysis.reading.layout import Layout
from app.analysis.reading.qualifiers import TYPES

HEADERS = TYPES | {"compoundtype", "analytetype", "substancetype", "standardtype", "moleculetype"}
STANDARD = r"(?i)^\s*(?:IS|ISTD|int(?:ernal|\.)? ?(?:standards?|std)|surrogates?)\s*$"


def type_columns(layout: Layout) -> list[str]:
    """The headers of the columns that can name internal standards."""
    return [name for name in layout.header if fold(name) in HEADERS]


def with_standards_apart(table: pl.DataFrame, layout: Layout) -> Layout:
    """The layout with the column that calls some rows internal standards as that of labels."""
    if "isotope_label" in layout.roles:
        return layout
    texts = [name for name in type_columns(layout) if table[name].dtype == pl.String]
    for name in texts:
        is_standard = table[name].str.contains(STANDARD)
        if is_standard.any() and not is_standard.all():
            note = f"Rows that {name!r} calls internal standards are set apart as standards."
            roles = layout.roles | {"isotope_label": name}
            return replace(layout, roles=roles, notes=(*layout.notes, note))
    return layout
