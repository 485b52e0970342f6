"""Warn of classes whose labels may be those of other classes."""

from typing import NamedTuple

import numpy as np

from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.state.data_warning import SHOWN_ROWS, DataWarning
from app.analysis.state.doubts.class_names import ClassNames, Renamed
from app.analysis.state.doubts.class_sentences import likelihood

EXCHANGED = "exchanged_classes"
# A warning says so where the classes are less likely right than this, the confidence of sure rows.
# Sound tables of both laws of the simulator and their cuts to a few classes have 0.97 and more.
SURE = 0.9
# No label of a class is confirmed that is more likely named wrong than right.
DOUBTED = 0.5


class Exchanged(NamedTuple):
    """Why classes may have each other's names, and of which ones no label is confirmed."""

    warning: DataWarning
    classes: frozenset[str]


def exchange_warning(arrays: PeakArrays, found: ClassNames) -> Exchanged | None:
    """Why some classes of a table may have wrong names; None if that is unlikely."""
    if found.all_right >= SURE:
        return None
    best = int(found.probability.argmax())
    of_class = found.of_class
    doubted = frozenset(name for name, likely in of_class.items() if likely < DOUBTED)
    named = [name for name, likely in of_class.items() if likely < SURE] or [*found.others[best]]
    is_of_class = np.isin(arrays.species_table["core"].astype(str), named)
    rows = np.sort(arrays.row[is_of_class[arrays.species]])
    fits, misfits = (float(count[best].sum()) for count in found.pairs)
    likely = likelihood(found.probability[best])
    text = (
        f"{_said(found.others[best])}, with a probability of {likely}: the order in which the "
        "classes elute, and fragments that are smaller than their parents, fit better so. "
        f"{fits:.0f} pairs of peaks that elute together fit only so, {misfits:.0f} only as they "
        "are labelled. Look whether the right classes stand in the names. "
        f"{_consequence(doubted)}"
    )
    return Exchanged(DataWarning(EXCHANGED, text, tuple(rows[:SHOWN_ROWS].tolist())), doubted)


def _said(other: Renamed) -> str:
    one, *more = sorted(other)
    if more:
        return f"The labels of {one} and {more[0]} may be exchanged"
    return f"The peaks with labels of {one} may be {other[one]}"


def _consequence(doubted: frozenset[str]) -> str:
    if not doubted:
        return "The confidence of each row allows for it."
    *first, last = sorted(doubted)
    listed = f"{', '.join(first)} or {last}" if first else last
    return f"No label of {listed} is confirmed."
