"""Sugars that a ganglioside can lose in the ion source: what can be a fragment of what.

Residue masses: NeuAc 291.095, NeuGc 307.090, Hex 162.053, HexNAc 203.079, dHex 146.058 (Domon and
Costello 1988, Glycoconj J 5:397). Chains of these losses are losses too. O-acetyl groups sit on
sialic acids (Schauer 2000, Glycoconj J 17:485) and leave with them, never alone.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from app.analysis.names.species_table import SpeciesColumns, whole_numbers

LOSABLE_SUGARS = ("hex", "hexnac", "neuac", "neugc", "dhex")
SIALIC_ACIDS = ("neuac", "neugc")
# What a fragment and its parent have in common.
SHARED_WITH_PARENT = ("carbons", "double_bonds", "hydroxyls", "kdn", "sulfo")
# A sialic acid can have this number of O-acetyl groups, as in 7,9-di-O-acetyl GD3.
MOST_ACETYL = 2


def can_be_fragment() -> pl.Expr:
    """Whether the glycan of a row is that of the ``_parent`` columns less some sugars."""
    losses = [pl.col(f"{sugar}_parent") - pl.col(sugar) for sugar in LOSABLE_SUGARS]
    return pl.all_horizontal(loss >= 0 for loss in losses) & (pl.sum_horizontal(losses) > 0)


def lost_sugars() -> pl.Expr:
    """How many sugars fewer a row has than the ``_parent`` columns."""
    return pl.sum_horizontal(pl.col(f"{sugar}_parent") - pl.col(sugar) for sugar in LOSABLE_SUGARS)


def lost_sugar_counts(children: SpeciesColumns, parents: SpeciesColumns) -> NDArray[np.int64]:
    """How many sugars each child has lost of each parent, (children, parents); 0 if it cannot."""
    names = (*LOSABLE_SUGARS, "oacetyl")
    of_child, of_parent = (whole_numbers(glycans, *names).T for glycans in (children, parents))
    # One table after another, because sums of the few sugars of each cell take five times as long.
    lost = dict(zip(names, of_parent[:, None, :] - of_child[:, :, None], strict=True))
    sialic = sum(lost[name] for name in SIALIC_ACIDS)
    can = lost["oacetyl"] <= MOST_ACETYL * sialic
    for each in lost.values():
        can &= each >= 0
    short: NDArray[np.int64] = np.where(can, sum(lost[name] for name in LOSABLE_SUGARS), 0)
    return short
