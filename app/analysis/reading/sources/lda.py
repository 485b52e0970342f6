"""Results of the Lipid Data Analyzer: a workbook with one sheet per class.

``Species`` is the ceramide alone (``36:1``), its class is the name of the sheet. Without it
the ceramide is in ``Name`` (its carbons), ``Dbs`` (its double bonds) and ``OH`` (LDA's own reader,
LDAResultReader). Rows without a name, below that of a species, are its isotopes.
"""

import polars as pl

from app.analysis.reading.headers.columns import fold
from app.analysis.reading.sources.source import Header, Source

SPECIES = "Species"


def _is_lda(header: Header) -> bool:
    folded = {fold(name) for name in header}
    return {"dbs", "area"} <= folded and bool({"species", "name"} & folded)


def with_species(table: pl.DataFrame) -> pl.DataFrame:
    """The table with the ceramides that its columns of numbers give, if it does not have them."""
    by_fold = {fold(name): pl.col(name) for name in table.columns}
    if "species" in by_fold or not _has_numbers(table.select(by_fold["name"]).to_series()):
        return table
    carbons, double_bonds = (_whole(by_fold[name]) for name in ("name", "dbs"))
    species = pl.format("{}:{}", carbons, double_bonds)
    if "oh" in by_fold:
        hydroxyls = pl.format(";O{}", _whole(by_fold["oh"]))
        species = species + pl.coalesce(hydroxyls, pl.lit(""))
    return table.with_columns(species.alias(SPECIES))


def _has_numbers(names: pl.Series) -> bool:
    """Whether the cells are numbers of carbons, or empty, and not names of molecules."""
    written = names.cast(pl.String).str.strip_chars().replace("", None).drop_nulls()
    return written.cast(pl.Float64, strict=False).null_count() == 0


def _whole(number: pl.Expr) -> pl.Expr:
    """A cell with a whole number as text, for workbooks write 36 as 36.0; null for other cells."""
    return number.cast(pl.Float64, strict=False).cast(pl.Int64, strict=False).cast(pl.String)


SOURCE = Source(
    title="Lipid Data Analyzer",
    complete=with_species,
    is_source=_is_lda,
    headers={
        "name": ("species",),
        "rt": ("rt", "retentiontime"),
        "volume": ("area",),
        "mz": ("mz",),
        "adduct": ("adduct", "modification", "modname"),
        "isotope_label": ("isotope",),
        "charge": ("charge",),
    },
    hint="Give the result file of one measurement (.xlsx) as the Lipid Data Analyzer saves it; "
    "its sheets have RT and Area.",
)
