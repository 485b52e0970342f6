"""Which lines of a table can be those of fragments whose parents the table lacks.

A line is what the peaks of a prefix and isomer follow. The fragments of a class elute where its
species do, so their labels follow a line too. If the species have no rows, a law fits the labels of
fragments as well as those of species. Two things tell:

- In carbon after carbon, the peaks of a line elute with a label that has a sugar more. Those of a
  species do so by chance, or where two classes elute at one time.
- A class without known isomers has a further line, where a heavier class of the table is, or where
  the law expects one that the table lacks.
"""

import itertools
from collections import Counter
from typing import NamedTuple

import numpy as np

from app.analysis.evidence.array_types import Array, Mask
from app.analysis.evidence.peaks.led_peaks import find_led_peaks
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.model.law.retention_model import RetentionModel
from app.analysis.model.law.straight_law import PLACE_OF_TERM
from app.analysis.names.isomers import LETTERS
from app.analysis.state.doubts.heavier_classes import (
    errors_from_further_sugar,
    sds_from_heavier_class,
    sds_from_heavier_line,
)
from app.analysis.state.doubts.line_peaks import LinePeaks

# More than half of the peaks of a line are led, by so many standard deviations of chance: of one
# beside another line of its class, and of the only one. Of 700 sound tables the only line of a
# class had up to 17 of 19, where two classes eluted at one time.
FURTHER_SDS, ONLY_SDS = 2.0, 3.0
# Two lines are at one time if they are no more standard errors apart.
TOGETHER_ERRORS = 2.5
# A class can be at a time that is within so many standard deviations of where it is expected.
NEAR_SDS = 2.0


class Lines(NamedTuple):
    """The lines of a table: ``names`` and arrays (lines,) in the order of the labels of ``group``.

    ``likely`` are the peaks that the law finds to be what their label says, and ``led`` those of
    them that elute with a label that has a sugar more; ``all_led`` are all peaks nearest to the
    line that do. ``is_of_fragments`` tells the lines that can be those of fragments.
    ``lacks_parents`` tells those whose peaks elute with other sugars, where no heavier class has a
    line, although the table has the label that has the sugars of both.
    """

    names: tuple[str, ...]
    likely: Array
    led: Array
    all_led: Array
    is_of_fragments: Mask
    lacks_parents: Mask


def lines_of(peaks: LinePeaks, model: RetentionModel) -> Lines:
    """The lines of some peaks by the law that is fitted to them."""
    names, groups = peaks.names, model.groups
    likely, led, all_led, lacking = _counts(peaks)
    together = errors_from_further_sugar(model) <= TOGETHER_ERRORS
    is_led = _is_most(led, likely, _sds(peaks.prefixes)) & _is_among(names, groups, together)
    is_further = _is_among(names, groups, _is_further(model, peaks.arrays)) & (likely > 0)
    alone = together & (sds_from_heavier_line(model) > NEAR_SDS)
    lacks = _is_most(lacking, likely, FURTHER_SDS) & _is_among(names, groups, alone)
    return Lines(names, likely, led, all_led, is_led | is_further, lacks)


def _counts(peaks: LinePeaks) -> list[Array]:
    """How many peaks of each line are likely, likely and led, led, likely and lack their parent."""
    is_led, lacks_parent = find_led_peaks(peaks.arrays)
    count = peaks.arrays.count
    likely = count * peaks.is_likely
    weights = (likely, likely * is_led, count * is_led, likely * lacks_parent)
    counts = (np.bincount(peaks.group, each, len(peaks.names)) for each in weights)
    return [each.astype(np.float64) for each in counts]


def _is_most(some: Array, of_all: Array, sds: Array | float) -> Mask:
    most: Mask = some - of_all / 2 > sds * np.sqrt(of_all) / 2
    return most


def _sds(prefixes: tuple[str, ...]) -> Array:
    """How many standard deviations of chance count for each line."""
    lines = Counter(prefixes)
    return np.array([FURTHER_SDS if lines[each] > 1 else ONLY_SDS for each in prefixes])


def _is_among(names: tuple[str, ...], groups: tuple[str, ...], which: Mask) -> Mask:
    """Which lines are among some groups of a model."""
    some = frozenset(itertools.compress(groups, which.tolist()))
    return np.array([name in some for name in names], dtype=np.bool_)


def _is_further(model: RetentionModel, arrays: PeakArrays) -> Mask:
    """Which groups are of a class without known isomers and can be those of a heavier class.

    Fragments elute where a class with more sugars does, so of the lines of a class the one that is
    farthest on the side of fewer sugars is left out.
    """
    sds = sds_from_heavier_class(model, frozenset(arrays.species_table["core"].tolist()))
    delays = not model.has_usual_sugars and model.coefficients[PLACE_OF_TERM["sialic"]] > 0
    times_min = model.reference_times[0] * (-1 if delays else 1)
    prefixes = np.array([group.partition("/")[0] for group in model.groups])
    last_min = np.array([times_min[prefixes == prefix].max() for prefix in prefixes])
    has_letters = np.array([prefix.partition("+")[0] in LETTERS for prefix in prefixes])
    further: Mask = (sds <= NEAR_SDS) & (times_min < last_min) & ~has_letters
    return further
