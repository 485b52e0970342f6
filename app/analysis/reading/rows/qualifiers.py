"""Set qualifier transitions apart: each measures a peak that its quantifier measures already.

Columns such as ``Component Type`` of Sciex OS say so. Else names such as ``GM3 36:1;O2 1`` and
``GM3 36:1;O2 2`` are transitions of one component if they elute together from one precursor; two
isomers do not.
"""

import polars as pl

from app.analysis.counted import counted
from app.analysis.names.name_table import parse_names
from app.analysis.reading.cells.cells import parse_numbers
from app.analysis.reading.headers.columns import fold
from app.analysis.reading.layout.layout import Layout
from app.analysis.reading.raw_table import with_problems

# The end of the name of a transition: a number, or a word for quantifier or qualifier.
END = (
    r"(?i)^(?<component>.*\S)[\s._-]+\(?"
    r"(?<end>[1-9]|quan(?:t|tifier)?|qual(?:ifier)?(?:\s?[1-9])?)\)?\s*$"
)
# Columns whose cells call a row a quantifier or a qualifier, whatever program writes them;
# TraceFinder labels target ions T1 and confirming ions C1.
TYPES = frozenset(
    (
        *(
            "type",
            "componenttype",
            "peaktype",
            "iontype",
            "transitiontype",
            "quanttype",
            "ionclass",
        ),
        *("peaklabel", "quantqual", "quanqual", "qualifier", "role"),
    )
)
QUALIFIER = (
    r"(?i)^\s*(?:qual(?:ifiers?)?|confirming)(?:\s?(?:ion|peak|transition))?\s?\d*\s*$|^C[1-9]$"
)
QUANTIFIER = (
    r"(?i)^\s*(?:quan(?:t|tifiers?)?|target)(?:\s?(?:ion|peak|transition))?\s?\d*\s*$|^T[1-9]$"
)
PRECURSOR = r"^\s*(\d+(?:[.,]\d+)?)\s*(?:/|-+>|\u2192)"
# Transitions of one peak have times that differ by less than this share of them.
SAME_TIME = 5e-3
UNNAMED = "a component"
PROBLEM = "This transition is a qualifier of {}, whose quantifier is judged instead."


def with_qualifiers_apart(table: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, Layout]:
    """The table with the names of components, a problem for each qualifier, and a note."""
    is_qualifier = _named_by_type(table)
    column = _header(layout, layout.source.transition_names)
    if column and table[column].dtype == pl.String:
        parts = _component_parts(table[column])
        table = table.with_columns(parts["component"].alias(column))
        is_qualifier |= _repeats_peak(table, layout, parts)
    if not is_qualifier.any():
        return table, layout
    name = column or layout.roles.get("name", "")
    component = pl.coalesce(name, pl.lit(UNNAMED)) if name else pl.lit(UNNAMED)
    problem = pl.when(is_qualifier).then(pl.format(PROBLEM, component))
    number = int(is_qualifier.sum())
    note = counted(number, "transition is a qualifier", "transitions are qualifiers")
    note += ", whose quantifier is judged; such a row stays as invalid."
    return with_problems(table, problem), layout.with_notes(note)


def qualifier_columns(layout: Layout) -> list[str]:
    """The headers of the columns that can tell qualifiers."""
    source = layout.source
    known = {*TYPES, *source.transition_names, *source.transition_masses}
    return [name for name in layout.header if fold(name) in known]


def _header(layout: Layout, known: tuple[str, ...]) -> str:
    return next((name for name in layout.header if fold(name) in known), "")


def _component_parts(names: pl.Series) -> pl.DataFrame:
    """The component of each name, and what its end says; null for a name that is whole."""
    found = pl.DataFrame({"name": names.drop_nulls().unique()})
    ends = found["name"].str.extract_groups(END).struct.unnest()
    whole, bases = (
        parse_names(texts.fill_null("").to_list())["species"]
        for texts in (found["name"], ends["component"])
    )
    is_transition = bases.is_not_null() & (whole.is_null() | (whole == bases))
    found = found.hstack(ends).filter(is_transition.fill_null(value=False))
    parts = names.to_frame("name").join(found, on="name", how="left", maintain_order="left")
    return parts.select(
        component=pl.coalesce("component", "name"), end=pl.col("end").str.to_lowercase()
    )


def _named_by_type(table: pl.DataFrame) -> pl.Series:
    """Whether a column that calls other rows quantifiers calls each row a qualifier."""
    is_qualifier = pl.repeat(value=False, n=table.height, eager=True)
    for name in table.columns:
        if fold(name) in TYPES and table[name].dtype == pl.String:
            cells = table[name]
            if cells.str.contains(QUANTIFIER).any():
                is_qualifier |= cells.str.contains(QUALIFIER).fill_null(value=False)
    return is_qualifier


def _repeats_peak(table: pl.DataFrame, layout: Layout, parts: pl.DataFrame) -> pl.Series:
    """Whether each transition elutes with the first one of its component and precursor."""
    masses = _header(layout, layout.source.transition_masses)
    sample, rt = (layout.roles.get(role, "") for role in ("sample", "rt"))
    rows = parts.with_columns(
        sample=table[sample].cast(pl.String) if sample else pl.lit(""),
        precursor=table[masses].cast(pl.String).str.extract(PRECURSOR) if masses else pl.lit(""),
        rt=_times(table[rt]) if rt else pl.lit(None, dtype=pl.Float64),
        rank=pl.col("end").str.replace(r"^quan.*$", "0"),  # before qualifiers and numbers
    )
    keys = ("sample", "component", "precursor")
    first_time = pl.col("rt").sort_by("rank", nulls_last=True).first().over(keys)
    are_apart = (pl.col("rt") - first_time).abs() > SAME_TIME * first_time
    is_first = pl.col("rank") == pl.col("rank").min().over(keys)
    is_later = pl.col("end").is_not_null() & ~is_first & ~are_apart.fill_null(value=False)
    return rows.select(is_later.fill_null(value=False)).to_series()


def _times(cells: pl.Series) -> pl.Series:
    """The times of a column, in whatever notation; its unit does not matter."""
    if cells.dtype != pl.String:
        return cells.cast(pl.Float64)
    return parse_numbers(cells.str.replace(",", ".", literal=True))
