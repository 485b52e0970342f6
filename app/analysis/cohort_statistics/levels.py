"""What a line of the matrix stands for: a species, or all species of a class or a category.

A class has the sum of its true species in a sample. Its state is the best that one of them has.
"""

from collections.abc import Mapping

import polars as pl

SPECIES = "species"
# The columns of a result by which rows are one line.
LEVELS: Mapping[str, str] = {SPECIES: "species", "class": "prefix", "category": "category"}
# What several of them are called.
SEVERAL: Mapping[str, str] = {SPECIES: "species", "class": "classes", "category": "categories"}


def of_level(rows: pl.LazyFrame, level: str) -> pl.LazyFrame:
    """The rows, or species of quantities, with the name of their line as ``species``.

    Rows whose name cannot be read have no species, class or category, and are in no line.
    """
    return rows if level == SPECIES else rows.with_columns(species=LEVELS[level])
