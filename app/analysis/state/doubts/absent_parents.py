"""Warn of labels that can be those of in-source fragments whose parents have no row.

Such labels elute by a law as species do. Where the two readings cannot be told apart, neither is
confirmed. An m/z does not tell either: a fragment has the mass of its label.
"""

import numpy as np

from app.analysis.evidence.array_types import Mask
from app.analysis.model.law.retention_model import RetentionModel
from app.analysis.state.analysis_state import AnalysisState
from app.analysis.state.doubts.doubted_rows import DoubtedRows
from app.analysis.state.doubts.fragment_lines import Lines, lines_of
from app.analysis.state.doubts.line_peaks import LinePeaks, likely_rows, lines_in_words

OF_LINES, OF_TABLE = "lines_of_fragments", "fragments_alone"
# A label has no place of its own if no more of its peaks than this elute without a label that has
# a sugar more, and five times as many, and three, elute with one.
MOST_OWN, LED_FOR_OWN, LEAST_LED = 2, 5, 3
# A line with fewer peaks says nothing of a table.
LEAST_PEAKS = 3


def absent_parents(state: AnalysisState, model: RetentionModel) -> list[DoubtedRows]:
    """The labels that can be those of fragments; of the whole table, if it can be of them alone."""
    peaks = LinePeaks.of(state)
    lines = lines_of(peaks, model)
    is_alone = _is_of_fragments_alone(lines, peaks.prefixes)
    is_doubted = np.full(len(lines.names), fill_value=True) if is_alone else lines.is_of_fragments
    rows = likely_rows(state, is_doubted)
    if not len(rows):
        return []
    code, text = (OF_TABLE, ALONE) if is_alone else (OF_LINES, _text(lines))
    return [DoubtedRows.of(code, text, rows)]


def _is_of_fragments_alone(lines: Lines, prefixes: tuple[str, ...]) -> bool:
    """Whether the table lacks parents whose label it has, or most lines or labels have no place."""
    is_known = lines.likely >= LEAST_PEAKS
    if lines.lacks_parents.any() or _is_most(lines.is_of_fragments[is_known]):
        return True
    return _is_of_labels_without_place(lines, prefixes)


def _is_of_labels_without_place(lines: Lines, prefixes: tuple[str, ...]) -> bool:
    """Whether at least half of the labels stand only where labels with a sugar more do."""
    place = np.unique(prefixes, return_inverse=True)[1]
    own = np.bincount(place, np.where(lines.is_of_fragments, 0.0, lines.likely - lines.led))
    led = np.bincount(place, lines.all_led)
    has_none = (own <= MOST_OWN) & (led >= np.maximum(LED_FOR_OWN * own, LEAST_LED))
    return bool(has_none.any()) and not _is_most(~has_none[has_none | (own >= LEAST_PEAKS)])


def _is_most(some: Mask) -> bool:
    return 2 * int(some.sum()) > len(some)


ALONE = (
    "The labels of this table stand together: most of them only where a label of the same ceramide "
    "with a sugar more elutes, in carbon after carbon. So all can be in-source fragments of "
    "heavier gangliosides that have no row. Times do not tell that from species, nor do m/z, so no "
    "label is confirmed. Add the peaks of the heavier gangliosides."
)


def _text(lines: Lines) -> str:
    found = [name for name, is_it in zip(lines.names, lines.is_of_fragments, strict=True) if is_it]
    return (
        f"Peaks with labels of {lines_in_words(found)} may be in-source fragments of heavier "
        "gangliosides that have no row: they stand where a label with a sugar more does, in carbon "
        "after carbon, or where the law expects a heavier class. Times do not tell that from "
        "species, nor do m/z, so none of these labels is confirmed. Add the peaks of the heavier "
        "gangliosides, if they are there."
    )
