"""Warn of names that are moved by one row, as after a cell was deleted or inserted above them.

Then each peak has the name of its neighbour. Where the rows are sorted, neighbours elute nearly
together or have nearly the same name, so a law holds as before, with a little more scatter. What
tells is a law refitted to the names as they would be one row higher or lower.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.analysis.computing.remembered import remembered
from app.analysis.counted import counted
from app.analysis.evidence.array_types import Array, Indices, Mask
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.model.fit.joint_fit import JointModel
from app.analysis.model.fit.label_times import LabelLaw, LabelTimes
from app.analysis.state.doubts.doubted_rows import DoubtedRows

MOVED = "moved_names"
# The name of a peak stands in the row above it (1), or in that below it (-1).
STEPS = (1, -1)
# How much likelier the times must be with moved names, as a logarithm. Sound tables have up to 30,
# but where so many of the moved names fit as below, at most 8.
LEAST_GAIN = 12.0
# With fewer rows the refitted law can follow chance: 37 of 120 sorted cuts of porcine brain to 25
# or 40 rows would be warned of, 2 of 60 to 60 rows, and none to 80 rows or more.
LEAST_ROWS = 80
# So many of the moved names must have the time of their peak. Chance gives some to a part of the
# table whose own names are all wrong.
LEAST_FITTING = 0.25
# Where more than this share of the rows have the mass of their label, the names are right.
WITH_MASS = 0.5
# The first moved row is not sure: rows before it are doubted too if that is hardly less likely.
NEARLY = 3.0
SEARCHES = 4


class _Labelling(NamedTuple):
    """Labels of which some are moved by ``step``, ``is_moved`` (n,), and the law fitted to them.

    ``moved`` (n,) are the labels if all are moved.
    """

    step: int
    moved: Indices
    is_moved: Mask
    law: LabelLaw


def moved_names(fitted: PeakArrays, peaks: PeakArrays, joint: JointModel) -> DoubtedRows | None:
    """Which names of the ``peaks`` of a table are moved; None if all stand where they belong.

    ``fitted`` are those of the samples that the law is fitted to.
    """
    if len(fitted.row) < LEAST_ROWS or fitted.has_own_mass.mean() > WITH_MASS:
        return None
    times = LabelTimes.of(fitted.species_table, joint, fitted.time_min)
    if not times.span_min:
        return None
    own = times.refitted(fitted.time_min, fitted.species, None)
    tried = [each for step in STEPS for each in _labellings(fitted, times, own, step)]
    as_given = _log_likelihood(fitted, times, fitted.species, own)
    gains = [_gain(fitted, times, as_given, each) for each in tried]
    best = int(np.argmax(gains))
    if gains[best] < LEAST_GAIN:
        return None
    rows = np.concatenate([_moved_rows(part, times, tried[best]) for part in peaks.parts])
    return _found(tried[best].step, np.sort(rows), len(peaks.row)) if len(rows) else None


def _labellings(
    peaks: PeakArrays, times: LabelTimes, own: LabelLaw, step: int
) -> Iterator[_Labelling]:
    """All names moved, and those that fit better moved, found from the law of either labels."""
    moved = _neighbours(peaks, step)
    law = times.refitted(peaks.time_min, moved, None)
    whole = _Labelling(step, moved, np.ones(len(moved), dtype=np.bool_), law)
    yield whole
    yield from (_searched(peaks, times, whole._replace(law=start)) for start in (own, law))


def _searched(peaks: PeakArrays, times: LabelTimes, start: _Labelling) -> _Labelling:
    """The rows of each sample from which on moved names fit better, and the law fitted to them."""
    found = start._replace(is_moved=np.zeros(len(start.moved), dtype=np.bool_))
    for _ in range(SEARCHES):
        gains = _gains(peaks, times, found.moved, found.law)
        is_moved = np.zeros(len(gains), dtype=np.bool_)
        for sample in _samples(peaks):
            first, gain = _first_moved(gains[sample])
            is_moved[sample][first:] = gain > 0
        if np.array_equal(is_moved, found.is_moved):
            break
        labels = np.where(is_moved, found.moved, peaks.species)
        law = times.refitted(peaks.time_min, labels, found.law)
        found = found._replace(is_moved=is_moved, law=law)
    return found


def _gain(peaks: PeakArrays, times: LabelTimes, as_given: float, found: _Labelling) -> float:
    """How much likelier the times are with the moved labels than ``as_given`` (log).

    The choice of the first moved row of a sample costs the logarithm of its rows.
    """
    given = peaks.species
    moved = (found.is_moved[sample] for sample in _samples(peaks))
    choices = sum(np.log(len(part)) for part in moved if 0 < part.mean() < 1)
    labels = np.where(found.is_moved, found.moved, given)
    of_moved = _log_likelihood(peaks, times, labels, found.law) - float(choices)
    gain = of_moved - as_given
    if gain < LEAST_GAIN:
        return gain
    # The law of the moved names may have led to a better one of the given names, too.
    law = times.refitted(peaks.time_min, given, found.law)
    return min(gain, of_moved - _log_likelihood(peaks, times, given, law))


def _log_likelihood(peaks: PeakArrays, times: LabelTimes, labels: Indices, law: LabelLaw) -> float:
    return float(times.log_likelihoods(peaks.time_min, labels, law).sum())


def _gains(peaks: PeakArrays, times: LabelTimes, moved: Indices, law: LabelLaw) -> Array:
    """How much likelier each time (n,) is with the moved label than with the given one (log)."""
    of_moved = times.log_likelihoods(peaks.time_min, moved, law)
    gains: Array = of_moved - times.log_likelihoods(peaks.time_min, peaks.species, law)
    return gains


def _first_moved(gains: Array, nearly: float = 0.0) -> tuple[int, float]:
    """The first moved row of a sample, and how much is gained from the likeliest one on.

    It is the first from which on hardly less is gained, by ``nearly``, than from that one on.
    """
    from_here = np.cumsum(gains[::-1])[::-1]
    most = float(from_here.max())
    return int(np.argmax(from_here >= most - nearly)), most


def _moved_rows(peaks: PeakArrays, times: LabelTimes, found: _Labelling) -> NDArray[np.uint32]:
    """The rows of some samples whose names are moved."""
    moved = _neighbours(peaks, found.step)
    gains = _gains(peaks, times, moved, found.law)
    fits = times.fits(peaks.time_min, moved, found.law)
    if found.is_moved.all():
        return peaks.row[: len(peaks.row) if fits.mean() > LEAST_FITTING else 0]
    is_moved = np.zeros(len(gains), dtype=np.bool_)
    for sample in _samples(peaks):
        first, gain = _first_moved(gains[sample], NEARLY)
        is_enough = gain >= LEAST_GAIN + np.log(len(gains[sample]))
        is_moved[sample][first:] = is_enough and fits[sample][first:].mean() > LEAST_FITTING
    return peaks.row[is_moved]


def _neighbours(peaks: PeakArrays, step: int) -> Indices:
    """The label (n,) of each peak if names are moved; that of a peak at the end is its own."""
    at = np.arange(len(peaks.row))
    neighbour = np.clip(at - step, 0, len(at) - 1)
    has_one = peaks.sample[neighbour] == peaks.sample
    labels: Indices = peaks.species[np.where(has_one, neighbour, at)]
    return labels


@remembered
def _samples(peaks: PeakArrays) -> list[slice]:
    """The rows of each sample, which lie together."""
    ends = [*np.flatnonzero(np.diff(peaks.sample)) + 1, len(peaks.sample)]
    return [slice(int(start), int(end)) for start, end in pairwise([0, *ends])]


def _found(step: int, rows: NDArray[np.uint32], peaks: int) -> DoubtedRows:
    which = "all rows"
    if len(rows) < peaks:
        which = f"{counted(len(rows), 'row')}, the first of which is row {rows[0]},"
    beside = "above" if step == 1 else "below"
    text = (
        f"The names of {which} may be moved by one row: their retention times fit the name of the "
        f"row {beside} better. So none of these labels is confirmed. Look whether a cell was "
        "deleted or inserted in the column of names, and whether names and times still belong to "
        "the same rows."
    )
    return DoubtedRows.of(MOVED, text, rows)
