"""Find the standards that a column such as ``Type``, ``Label`` or ``Is ISTD`` names."""

import polars as pl

from app.analysis.names.cells.isotope_labels import is_natural_isotope, isotope_cell
from app.analysis.reading.headers.columns import fold
from app.analysis.reading.layout.layout import Layout
from app.analysis.reading.rows.qualifiers import TYPES

HEADERS = TYPES | {"compoundtype", "analytetype", "substancetype", "standardtype", "moleculetype"}
LABELS = frozenset(("label", "labels", "labelling", "labeling", "isotopelabelling"))
# Columns that say yes or no. Standard alone can say that a standard confirmed the name.
FLAGS = frozenset(
    (
        *("internalstandard", "isinternalstandard", "istd", "isistd", "is", "isis", "isstandard"),
        *("labelled", "labeled", "islabelled", "islabeled", "deuterated", "isdeuterated", "heavy"),
    )
)
STANDARD = r"(?i)^\s*(?:IS|ISTD|int(?:ernal|\.)? ?(?:standards?|std)|surrogates?)\s*$"
YES = r"(?i)^\s*(?:yes|y|x|true|t|1|ja|oui|\x{2713}|\x{2714})\s*$"
NO = r"(?i)^\s*(?:|no|n|false|f|0|-|nein|non)\s*$"


def type_columns(layout: Layout) -> list[str]:
    """The headers of the columns that can name standards."""
    return [name for name in layout.header if fold(name) in HEADERS | LABELS | FLAGS]


def with_standards_apart(table: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, Layout]:
    """The table with a column of labels, if one names standards, and a note which it is."""
    if "isotope_label" in layout.roles:
        return table, layout
    for name in type_columns(layout):
        cells = table[name].cast(pl.String)
        if (labels := _labels(fold(name), cells)) is None:
            continue
        header = f"{name} (standards)"
        note = f"Rows that {name!r} names as standards are set apart."
        layout = layout.with_column("isotope_label", header, note)
        return table.with_columns(labels.alias(header)), layout
    return table, layout


def _labels(header: str, cells: pl.Series) -> pl.Series | None:
    """The label of each row of a standard, null for others; None if the column names none."""
    if header in FLAGS:
        is_flag = (cells.str.contains(YES) | cells.str.contains(NO)).fill_null(value=True).all()
        is_standard = cells.str.contains(YES) if is_flag else cells.str.contains(STANDARD)
        labels = pl.select(pl.when(is_standard).then(pl.lit("IS"))).to_series()
    else:
        known = cells.unique().drop_nulls().to_list() if header in LABELS else []
        heavy = [text for text in known if _is_heavy(text)]
        is_standard = cells.is_in(heavy) if heavy else cells.str.contains(STANDARD)
        labels = pl.select(pl.when(is_standard).then(cells)).to_series()
    number = int(is_standard.fill_null(value=False).sum())
    return labels if 0 < number < len(cells) else None


def _is_heavy(text: str) -> bool:
    label = isotope_cell(text)
    return bool(label) and not is_natural_isotope(label)
