"""Join the columns of annotations of a table: of each row the first name, with its own adduct."""

from collections.abc import Sequence

import polars as pl
from msgspec.structs import replace

from app.analysis.reading.cells.name_cells import is_ganglioside
from app.analysis.reading.headers.columns import fold
from app.analysis.reading.layout.layout import Layout

NAME, ADDUCT = "__name__", "__adduct__"
# What divides the kind of an annotation from its columns: lipid_annotations:ion_adduct.
OF_KIND = ":"
ADDUCTS = ("adduct", "ionadduct")


def with_joined_names(table: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, Layout]:
    """The table with one column of names: of each row the first annotation that is a name.

    Its adduct is that of the same kind of annotation, where the table has one.
    """
    columns = layout.joined_names
    place = _chosen(table, columns)
    own = {name: _adducts_of(name, layout.header) for name in columns}
    texts = [table[name].cast(pl.String).str.strip_chars() for name in columns]
    names = _picked(place, texts).alias(NAME)
    roles = layout.roles | {"name": NAME}
    table = table.with_columns(names)
    if any(own.values()):
        other = None if layout.roles.get("adduct") in own.values() else layout.roles.get("adduct")
        adducts = [_texts(table, own[name] or other) for name in columns]
        table = table.with_columns(_picked(place, adducts).alias(ADDUCT))
        roles |= {"adduct": ADDUCT}
    return table, replace(layout, roles=roles)


def _chosen(table: pl.DataFrame, columns: Sequence[str]) -> pl.Series:
    """The place of the column whose name is taken (rows,): the first name, else the first text."""
    cells = [table[name].cast(pl.String).str.strip_chars() for name in columns]
    texts = pl.concat(cells).drop_nulls().unique().to_list()
    names = [text for text in texts if is_ganglioside(text)]
    frame = pl.DataFrame({str(place): each for place, each in enumerate(cells)})
    places = [(each, pl.lit(int(each))) for each in frame.columns]
    is_name = [pl.when(pl.col(each).is_in(names)).then(place) for each, place in places]
    filled = [pl.when(pl.col(each) != "").then(place) for each, place in places]
    return frame.select(pl.coalesce(*is_name, *filled).alias("place")).to_series()


def _picked(place: pl.Series, columns: Sequence[pl.Series]) -> pl.Series:
    """The cell of each row in the column at its place."""
    frame = pl.DataFrame([each.alias(str(number)) for number, each in enumerate(columns)])
    frame = frame.with_columns(place.alias("place"))
    cells = [
        pl.when(pl.col("place") == number).then(pl.col(str(number)))
        for number in range(len(columns))
    ]
    return frame.select(pl.coalesce(*cells)).to_series()


def _adducts_of(name: str, header: Sequence[str]) -> str:
    """The column of adducts of the same kind as a column of names; empty if there is none."""
    kind = name.rpartition(OF_KIND)[0]
    of_kind = [each for each in header if kind and each.rpartition(OF_KIND)[0] == kind]
    return next((each for each in of_kind if fold(each.rpartition(OF_KIND)[2]) in ADDUCTS), "")


def _texts(table: pl.DataFrame, name: str | None) -> pl.Series:
    if not name:
        return pl.Series([None] * table.height, dtype=pl.String)
    return table[name].cast(pl.String).str.strip_chars()
