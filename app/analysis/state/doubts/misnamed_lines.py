"""Warn of isomers that are another line of their class under names with a wrong ceramide.

If a part of the names says a carbon or a double bond too many or too few, their peaks follow a line
of their own beside that of the right names, so they look like an isomer. Two things tell. With the
right names the peaks are on the other line. And a species is on one of both lines only: where the
name is wrong, the right one is missing. The other classes say which ceramides are to be expected.
"""

import itertools
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from app.analysis.evidence.array_types import Indices, Mask
from app.analysis.model.law.design import CERAMIDE_COLUMNS, ceramide_numbers
from app.analysis.model.law.retention_model import RetentionModel
from app.analysis.names.species_table import SpeciesTable
from app.analysis.state.analysis_state import AnalysisState
from app.analysis.state.doubts.bond_effect import WITH_MASS, retains
from app.analysis.state.doubts.doubted_rows import DoubtedRows
from app.analysis.state.doubts.expected_ceramides import ExpectedCeramides, expected_elsewhere
from app.analysis.state.doubts.line_peaks import LinePeaks, likely_rows, lines_in_words

CERAMIDES = "misnamed_lines"
# What a wrong name has more than its peak: carbons, double bonds and hydroxyl groups.
ERRORS = {
    "a carbon too many": (1, 0, 0),
    "a carbon too few": (-1, 0, 0),
    "two carbons too many": (2, 0, 0),
    "two carbons too few": (-2, 0, 0),
    "a double bond too many": (0, 1, 0),
    "a double bond too few": (0, -1, 0),
}
# Such an error must be so much likelier than isomers, as a logarithm: one table in a hundred has
# one (own choice). Lines of sound tables on a reversed phase have up to 2.4.
LEAST_GAIN = float(np.log(99))
# Where a name is wrong, its peak is there under the right name too in so many cases, by chance.
BOTH = 0.05
# A line of fewer peaks says nothing.
LEAST_PEAKS = 2


class _Misnamed(NamedTuple):
    """A line whose names have an error, and how much likelier that is than an isomer."""

    line: int
    error: str
    gain: float


def misnamed_lines(state: AnalysisState, model: RetentionModel) -> list[DoubtedRows]:
    """The lines whose names may all have the same error, one for each error."""
    peaks = LinePeaks.of(state)
    if not retains(model, peaks.arrays) or peaks.arrays.has_own_mass.mean() > WITH_MASS:
        return []
    best: dict[int, _Misnamed] = {}
    for found in _possible(peaks, model):
        if found.gain > max(best[found.line].gain if found.line in best else 0.0, 0.0):
            best[found.line] = found
    return [
        _doubted(state, peaks, error, [each.line for each in of_error])
        for error in ERRORS
        if (of_error := [each for each in best.values() if each.error == error])
        and sum(each.gain for each in of_error) >= LEAST_GAIN
    ]


def _possible(peaks: LinePeaks, model: RetentionModel) -> Iterator[_Misnamed]:
    """The lines that would be on another one of their class, with more peaks, by other names."""
    for one, other in _pairs(peaks, model):
        expected = expected_elsewhere(peaks, peaks.prefixes[one])
        if expected is None:
            continue
        at = np.flatnonzero(peaks.is_likely & (peaks.group == one))
        for error in _errors_at(peaks, model, at, peaks.names[other]):
            yield _Misnamed(one, error, _gain(peaks, at, other, ERRORS[error], expected))


def _pairs(peaks: LinePeaks, model: RetentionModel) -> Iterator[tuple[int, int]]:
    """Pairs of a line and one of its class that has more peaks."""
    prefixes = peaks.prefixes
    sizes = np.bincount(peaks.group[peaks.is_likely], minlength=len(prefixes))
    for one, other in itertools.permutations(range(len(prefixes)), 2):
        is_smaller = LEAST_PEAKS <= sizes[one] < sizes[other]
        if is_smaller and prefixes[one] == prefixes[other] and peaks.names[other] in model.groups:
            yield one, other


def _errors_at(peaks: LinePeaks, model: RetentionModel, at: Indices, other: str) -> Iterator[str]:
    """The errors without which peaks are on another line, within their scatter."""
    written, changes = peaks.arrays.species_table, np.array([*ERRORS.values()])
    right = {
        name: np.subtract.outer(written[name][peaks.arrays.species[at]], change).T.ravel()
        for name, change in zip(CERAMIDE_COLUMNS, changes.T, strict=True)
    }
    line = model.glycans.rows(np.full(len(at) * len(ERRORS), model.groups.index(other)))
    expected_min = model.mean(model.design(line.with_columns(**right)))
    off_min = peaks.arrays.time_min[at] - expected_min.reshape(len(ERRORS), -1)
    is_there = np.abs(off_min.mean(axis=1)) <= model.peak_sd_min
    return itertools.compress(ERRORS, is_there.tolist())


def _renamed(species: SpeciesTable, change: tuple[int, ...]) -> SpeciesTable:
    """Species with the ceramides that they have without an error in their names."""
    columns = zip(CERAMIDE_COLUMNS, change, strict=True)
    return species.with_columns(**{name: species[name] - more for name, more in columns})


def _gain(
    peaks: LinePeaks, at: Indices, other: int, change: tuple[int, ...], expected: ExpectedCeramides
) -> float:
    """How much likelier an error in the names of peaks is than an isomer, as a logarithm."""
    arrays = peaks.arrays
    written = arrays.species_table.rows(arrays.species[at])
    right = ceramide_numbers(_renamed(written, change))
    share, is_both = expected.share(right), _is_on_line(peaks, at, other, right)
    gains = np.log(share / expected.share(ceramide_numbers(written)))
    gains += np.where(is_both, np.log(BOTH / share), np.log((1 - BOTH) / (1 - share)))
    return float(arrays.count[at] @ gains)


def _is_on_line(peaks: LinePeaks, at: Indices, line: int, ceramide: Indices) -> Mask:
    """Whether the samples of peaks have ceramides (peaks,) on a line too."""
    arrays, on_line = peaks.arrays, np.flatnonzero(peaks.is_likely & (peaks.group == line))
    numbers = ceramide_numbers(arrays.species_table)[arrays.species[on_line]]
    has = {*zip(arrays.sample[on_line].tolist(), numbers.tolist(), strict=True)}
    asked = zip(arrays.sample[at].tolist(), ceramide.tolist(), strict=True)
    return np.array([each in has for each in asked], dtype=np.bool_)


def _doubted(state: AnalysisState, peaks: LinePeaks, error: str, lines: list[int]) -> DoubtedRows:
    rows = likely_rows(state, np.isin(np.arange(len(peaks.names)), lines))
    named = [peaks.names[line] for line in sorted(lines)]
    text = (
        f"Peaks that look like {lines_in_words(named)} have the times of another line of their "
        f"class if their names say {error}, and the right names are missing there. So their "
        "ceramides may be wrong, and none of these labels is confirmed. Look at the masses of a "
        "few."
    )
    return DoubtedRows.of(CERAMIDES, text, rows)
