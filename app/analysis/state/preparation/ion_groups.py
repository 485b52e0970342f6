"""Group the ions of one species: rows of one name and sample that elute together as other ions.

An ion is an adduct, a charge and a natural isotope. The main ion of a group stands for it in the
analysis, so that a species is fitted and counted once; its other ions keep its call (ADR 49).
"""

from typing import NamedTuple

import numpy as np
import polars as pl

from app.analysis.computing.distinct import distinct
from app.analysis.computing.median import SD_OF_MAD, median
from app.analysis.evidence.array_types import Array, Indices, Mask
from app.analysis.names.cells.adducts import parse_adduct
from app.analysis.names.cells.isotope_labels import NATURAL

# The ions of a species elute as near to each other as fragments to their parents: a standard
# deviation of 0.009 min where the tolerance is 0.1 (docs/science.md). It counts as 20 pairs.
USUAL_SPREAD, USUAL_COUNT = 0.09, 20
# The least spread, because most differences of rounded times may be 0.
LEAST_SPREAD = 0.03
# The gate in standard deviations, as for fragments.
GATE_SDS = 4.5
# Differences of times, in tolerances, are rounded to so many decimals, so that those of times with
# few decimals stay equal.
DECIMALS = 9
NO_ION, LEAST_IONS = -1, 2


class IonColumns(NamedTuple):
    """The rows that can be ions of each other; all arrays are (n,).

    ``cell`` numbers the combinations of sample, species and molecule, ``ion`` the ions, and is -1
    where the table does not say which ion a row is. ``isotope`` counts heavy isotopes.
    """

    cell: Indices
    ion: Indices
    isotope: Indices
    rt_min: Array
    area: Array
    anchor: Mask


def find_main_ions(
    table: pl.DataFrame, judged: Indices, molecule: Indices, tolerance_min: float
) -> Indices | None:
    """The position (rows,) of the main ion of each row of a peak table; None if each is its own.

    ``judged`` are the positions of the rows that are judged, and ``molecule`` (rows,) numbers the
    molecules (``species_and_molecule``).
    """
    of_ions = table[["adduct", "charge", "isotope_label"]]
    if all(column.null_count() == len(column) for column in of_ions):
        return None
    ion, isotope = ion_numbers(of_ions[judged])
    if len(distinct(ion[ion != NO_ION])) < LEAST_IONS:
        return None
    rows = table[["sample", "rt_min", "peak_area", "anchor"]]
    rows = rows.with_columns(molecule=pl.Series(molecule))[judged]
    cell = rows.select(pl.struct("sample", "molecule").rank("dense")).to_series().cast(pl.Int64)
    rt, area, anchor = (rows[name].to_numpy() for name in ("rt_min", "peak_area", "anchor"))
    main = np.arange(table.height)
    columns = IonColumns(cell.to_numpy(), ion, isotope, rt, area, anchor)
    main[judged] = judged[main_ions(columns, tolerance_min)]
    return main


def species_and_molecule(named: Indices, molecule: Indices | None) -> Indices:
    """One number (rows,) for each combination of species and molecule."""
    return named if molecule is None else named * (int(molecule.max()) + 1) + molecule


def ion_numbers(table: pl.DataFrame) -> tuple[Indices, Indices]:
    """The number of the ion of each row, -1 where it is not known, and of its isotope."""
    size = table.height
    isotope = table["isotope_label"]
    has_isotopes = isotope.str.starts_with(NATURAL).any()
    is_known = table["adduct"].is_not_null() | table["charge"].is_not_null()
    if not (is_known.any() or has_isotopes):
        return np.full(size, NO_ION), np.zeros(size, dtype=np.int64)
    number = isotope.str.strip_prefix(NATURAL).cast(pl.Int64, strict=False).fill_null(0).to_numpy()
    texts = table.select(pl.coalesce(_ion_texts(table["adduct"]), "charge").fill_null(""))
    ion = texts.to_series().rank("dense").cast(pl.Int64).to_numpy() * (number.max() + 1) + number
    # Where other rows say which ion they are, one that does not can be any of them.
    is_open = is_known.any() & ~is_known.to_numpy()
    return np.where(is_open, NO_ION, ion), number


def _ion_texts(adducts: pl.Series) -> pl.Expr:
    """One text for each ion, however its adduct is spelled."""
    texts = {text: _ion_text(text) for text in adducts.drop_nulls().unique()}
    return pl.col("adduct").replace_strict(texts, default=None, return_dtype=pl.String)


def _ion_text(adduct: str) -> str:
    parsed = parse_adduct(adduct)
    return f"{parsed.molecules} {parsed.added_da:.3f} {parsed.charge}" if parsed else adduct


def main_ions(columns: IonColumns, tolerance_min: float) -> Indices:
    """The position of the main ion of each row (n,): its own unless it is another ion of it.

    The main ion is the one without a heavy isotope, an anchor before others, then the largest.
    """
    order = _in_cells(columns)
    group = _groups(columns, order, tolerance_min)
    rank = np.lexsort(
        (-columns.area[order], ~columns.anchor[order], columns.isotope[order] > 0, group)
    )
    first = np.flatnonzero(np.diff(group[rank], prepend=-1))
    sizes = np.diff(first, append=len(rank))
    main = np.arange(len(columns.ion))
    main[order[rank]] = np.repeat(order[rank[first]], sizes)
    return main


def _in_cells(columns: IonColumns) -> Indices:
    """The positions of rows with a known ion, cell by cell and by time."""
    known = np.flatnonzero(columns.ion != NO_ION)
    keys = (columns.area[known], columns.rt_min[known], columns.cell[known])
    return known[np.lexsort(keys)]


def _groups(columns: IonColumns, order: Indices, tolerance_min: float) -> Indices:
    """A number for each group of the ordered rows: those that elute together, each ion once."""
    cell, rt, ion = columns.cell[order], columns.rt_min[order], columns.ion[order]
    # In tolerances, so that the same table with stretched times has the same groups.
    gap = np.round(np.diff(rt) / tolerance_min, DECIMALS)
    is_pair = (np.diff(cell) == 0) & (np.diff(ion) != 0) & (gap <= 1)
    gate = _gate(gap[is_pair])
    run = np.cumsum(np.append(True, (np.diff(cell) != 0) | (gap > gate)))
    # The largest peaks of the ions are one group, the second largest another.
    by_ion = np.lexsort((-columns.area[order], ion, run))
    is_new = np.append(True, (np.diff(run[by_ion]) != 0) | (np.diff(ion[by_ion]) != 0))
    starts = np.flatnonzero(is_new)
    place = np.arange(len(order)) - np.repeat(starts, np.diff(starts, append=len(order)))
    times = np.empty(len(order), dtype=np.int64)
    times[by_ion] = place
    groups: Indices = run * (int(times.max()) + 1) + times
    return groups


def _gate(differences: Array) -> float:
    """How far apart ions of one species elute at most, in tolerances, estimated from the table."""
    # The median resists pairs that only happen to elute together.
    spread = SD_OF_MAD * float(median(differences)) if len(differences) else USUAL_SPREAD
    weight = len(differences) / (len(differences) + USUAL_COUNT)
    sd = np.sqrt(weight * spread**2 + (1 - weight) * USUAL_SPREAD**2)
    return min(1.0, GATE_SDS * max(float(sd), LEAST_SPREAD))
