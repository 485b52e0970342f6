"""Which classes have labels that the times of a table cannot confirm, and why."""

import numpy as np
from msgspec.structs import replace

from app.analysis.model.law.retention_model import RetentionModel
from app.analysis.state.analysis_state import AnalysisState
from app.analysis.state.doubts.absent_parents import OF_TABLE, absent_parents
from app.analysis.state.doubts.bond_effect import BONDS, doubted_bonds
from app.analysis.state.doubts.class_names import class_names
from app.analysis.state.doubts.class_order import NO_ORDER, order_warning
from app.analysis.state.doubts.class_sentences import class_verdicts
from app.analysis.state.doubts.column_warning import column_warning
from app.analysis.state.doubts.exchanged_classes import EXCHANGED, exchange_warning
from app.analysis.state.doubts.hydroxyl_effect import NO_EFFECT, hydroxyl_warning
from app.analysis.state.doubts.line_peaks import LIKELY
from app.analysis.state.doubts.misnamed_lines import CERAMIDES, misnamed_lines
from app.analysis.state.doubts.moved_names import MOVED, moved_names
from app.analysis.state.doubts.uninformative_times import (
    COUNTED,
    NO_CLASSES,
    NO_LAW,
    Explained,
    time_warning,
)
from app.analysis.state.doubts.unusual_ceramides import UNUSUAL, UnusualClasses, unusual_classes
from app.analysis.state.preparation.mass_check import MISNAMED

# The number of the rule that says how likely the classes have their own names.
CONFIDENCE = 10
# A table with such a warning has no law that a library can keep, or that finds missing species.
WITHOUT_LAW = frozenset(
    {NO_LAW, COUNTED, NO_CLASSES, NO_ORDER, NO_EFFECT, EXCHANGED, UNUSUAL, MISNAMED, MOVED, BONDS}
    | {OF_TABLE}
)

# What doubts the ceramide of a name, but not its class.
OF_CERAMIDES = frozenset({BONDS, CERAMIDES})


def with_doubted_classes(state: AnalysisState) -> AnalysisState:
    """The state with the classes and rows that its law puts in doubt, and warnings about them."""
    arrays, model = state.arrays, state.model
    if model is None:
        return state
    if other_column := column_warning(model):
        state = state.warn(other_column)
    by_times = time_warning(arrays, _explained(state, model))
    if by_times is None or by_times.code == NO_CLASSES:
        state = _with_doubted_rows(state, model)
    if _has_wrong_classes(state):
        # They say nothing of the right ones.
        return state
    warning = by_times or order_warning(arrays, model) or hydroxyl_warning(arrays, model)
    classes = frozenset(arrays.species_table["core"].tolist())
    if warning is None:
        doubts = unusual_classes(arrays, state["p_true"])
    else:
        doubts = (UnusualClasses(warning, classes),)
    for doubt in doubts:
        doubted = state.doubted_classes | doubt.classes
        state = replace(state, doubted_classes=doubted).warn(doubt.warning)
    return _with_class_names(state, model, may_be_right=state.doubted_classes < classes)


def _has_wrong_classes(state: AnalysisState) -> bool:
    """Whether the class of each likely peak may be that of another peak, or of its parent."""
    doubted = [rows for code, rows in state.doubted_rows.items() if code not in OF_CERAMIDES]
    if not doubted:
        return False
    is_likely = state["p_true"] >= LIKELY
    return bool(np.isin(state.arrays.row[is_likely], np.concatenate(doubted)).all())


def _with_doubted_rows(state: AnalysisState, model: RetentionModel) -> AnalysisState:
    """The state with the rows in doubt that may have a wrong name, and warnings that say which.

    Names of neighbours have any double bonds and sugars, so these are judged where none are moved.
    """
    fitted, joint = state.training_arrays, state.joint
    moved = moved_names(fitted, state.arrays, joint) if fitted and joint else None
    doubts = [moved] if moved is not None else doubted_bonds(state.arrays, state["p_true"], model)
    if moved is None:
        doubts += [*misnamed_lines(state, model), *absent_parents(state, model)]
    for warning, rows in doubts:
        before = state.doubted_rows.get(warning.code, rows)
        doubted = {**state.doubted_rows, warning.code: np.union1d(before, rows)}
        state = replace(state, doubted_rows=doubted).warn(warning)
    return state


def _with_class_names(
    state: AnalysisState, model: RetentionModel, *, may_be_right: bool
) -> AnalysisState:
    """The state with the probability that each class has its own name, and a warning if low.

    Where the classes cannot be right as a whole, there is no such probability.
    """
    arrays = state.training_arrays
    if arrays is None:
        return state
    found = class_names(arrays, state["p_true"][state.training_indices], model)
    if found is None:
        return state
    if may_be_right:
        state = replace(
            state,
            class_probability=found.of_class,
            prefix_verdicts={
                **state.prefix_verdicts,
                CONFIDENCE: class_verdicts(state.names, found),
            },
        )
    exchanged = exchange_warning(arrays, found)
    if exchanged is None:
        return state
    doubted = state.doubted_classes | exchanged.classes
    return replace(state, doubted_classes=doubted).warn(exchanged.warning)


def _explained(state: AnalysisState, model: RetentionModel) -> Explained:
    """How the law explains the peaks."""
    times_min, _ = model.reference_times
    of_group = dict(zip(model.groups, times_min.tolist(), strict=True))
    class_min = np.array([of_group.get(str(each), np.nan) for each in state.labels["group"]])
    return Explained(
        residual_min=state["residual_min"],
        class_min=class_min[state["group"]],
        p_true=state["p_true"],
        scatter_min=model.fit.noise_sd,
    )
