"""The last quantities that were computed: a page asks for them again with each choice.

A result does not change, and the quantities of a million rows take seconds.
"""

from functools import lru_cache
from pathlib import Path

import polars as pl

from app.analysis.quantities.species import Quantities, quantities
from app.analysis.quantities.standards import Standard
from app.analysis.reporting.result import add_missing_columns


@lru_cache(maxsize=2)  # those of a million rows have about 100 MB
def kept_quantities(
    rows: Path, standards: tuple[Standard, ...], corrects_isotopes: bool, coelution_min: float
) -> Quantities:
    """The quantities of the rows in a file of a result.

    Raises:
        StandardError: a standard has two amounts, or there are too many.
    """
    return quantities(
        add_missing_columns(pl.scan_parquet(rows)).collect(),
        standards,
        corrects_isotopes=corrects_isotopes,
        coelution_min=coelution_min,
    )
