"""Which labels of a peak the analysis judged: not those it set apart or could not use."""

from typing import NamedTuple

import numpy as np
import polars as pl

from app.analysis.evidence.array_types import Array, Mask

SIDES = ("first", "second")


class Judged(NamedTuple):
    """What the analysis says of both labels of the peaks (n,).

    ``first`` and ``second`` are the probabilities of the labels. ``is_possible`` says whether a
    peak can be judged. ``is_one_sided`` marks those of which one label is no name of a ganglioside,
    so that the evidence speaks of the other label alone.
    """

    first: Array
    second: Array
    is_possible: Mask
    is_one_sided: Mask


def judged(peaks: pl.DataFrame) -> Judged:
    """What was judged of peaks with both annotations and their ``kind``.

    Standards, peaks of a blank and rows without a time or an area have no evidence to compare. Of
    two rows with one label, the judgement of one counts for both.
    """
    of_one, of_other = (_was_judged(peaks, side) for side in SIDES)
    first, second = (peaks[f"confidence_{side}"].fill_null(0.0).to_numpy() for side in SIDES)
    is_shared = ((peaks["kind"] == "same") | (peaks["kind"] == "alone")).to_numpy()
    is_one_sided = ~is_shared & (of_one != of_other)
    is_natural = peaks["set_apart_first"].is_null() & peaks["set_apart_second"].is_null()
    lacks_a_name = peaks["species_first"].is_null() | peaks["species_second"].is_null()
    return Judged(
        np.where(is_shared & ~of_one, second, first),
        np.where(is_shared & ~of_other, first, second),
        (of_one | of_other) & is_natural.to_numpy() & (~is_one_sided | lacks_a_name.to_numpy()),
        is_one_sided,
    )


def _was_judged(peaks: pl.DataFrame, side: str) -> Mask:
    is_used = peaks[f"set_apart_{side}"].is_null() & (peaks[f"call_{side}"] != "invalid")
    found: Mask = (is_used & peaks[f"species_{side}"].is_not_null()).to_numpy()
    return found
