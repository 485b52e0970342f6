"""What the reason of each row is made from: the number of its sentence, and what stands in it."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from app.analysis.evidence.array_types import Mask
from app.analysis.names.cells.isotope_labels import NATURAL
from app.analysis.reporting.reason_sentences import (
    ANOTHER_ION,
    BONDS_IN_DOUBT,
    CERAMIDE_IN_DOUBT,
    IN_DOUBT,
    MAY_BE_FRAGMENT,
    NAME_MOVED,
    NAMED,
    NEAR_BLANK,
    NO_LAW,
    OF_PARENT,
    OTHER_NAMES,
    SENTENCES,
    WITHOUT_AREAS,
)
from app.analysis.state.analysis_state import (
    AnalysisState,
    PeakColumns,
    Verdicts,
    first_true_case,
    worded,
)
from app.analysis.state.called.called_ions import NO_ION
from app.analysis.state.calls import AMBIGUOUS, FRAGMENT, OUTLIER, TRUE
from app.analysis.state.doubts.absent_parents import OF_LINES, OF_TABLE
from app.analysis.state.doubts.bond_effect import BONDS
from app.analysis.state.doubts.misnamed_lines import CERAMIDES
from app.analysis.state.doubts.moved_names import MOVED

# Why the label of a single row is in doubt, by the code of the warning.
OF_DOUBT = {
    MOVED: NAME_MOVED,
    BONDS: BONDS_IN_DOUBT,
    CERAMIDES: CERAMIDE_IN_DOUBT,
    OF_LINES: MAY_BE_FRAGMENT,
    OF_TABLE: MAY_BE_FRAGMENT,
}
# What the rules gave as it stands in a sentence.
GIVEN = ("difference_min", "ion_ppm", "ion_words", "alternative_sentence")


def with_reason_facts(rows: pl.DataFrame, state: AnalysisState) -> pl.DataFrame:
    """The rows of a table with ``reason_case`` and the other ``FACTS`` of their reasons.

    A row without a case has its reason in words.
    """
    found = {**state.in_blocks(_facts_of_peaks), "percent_of_parent": _percent_of_parent(state)}
    parent = state.column("parent_row").cast(pl.UInt32)
    return rows.with_columns(
        *(state.of_rows(pl.Series(n, each, nan_to_null=True)) for n, each in found.items()),
        *state.columns(*GIVEN),
        unpicked=_unpicked(state),
        parent_name=state.table["name"].gather(parent - 1),
        blank_factor=pl.lit(state.settings.blank_factor),
        ion_kind=pl.lit(None, dtype=pl.Enum([])),
        other_names=_other_names(state.table["alternatives"]),
    )


def _unpicked(state: AnalysisState) -> pl.Series:
    """The species without a peak that each row comes from, as an ion or as a fragment."""
    ions, fragments = state.labels["unpicked"], state.labels["unpicked_parent"]
    is_ion = state["unpicked"] != ions.index(None)
    # The fragments' words come after those of the ions; numbers take less memory than texts.
    number = np.where(is_ion, state["unpicked"], state["unpicked_parent"] + len(ions))
    return state.of_rows(worded(number, (*ions, *fragments)))


def _other_names(alternatives: pl.Series) -> pl.Series:
    """The other names of each cell as they stand in a sentence; most tables have none."""
    if alternatives.null_count() == len(alternatives):
        return alternatives
    return alternatives.str.replace_all("|", ", ", literal=True)


def reason_in_words(why: pl.Expr) -> pl.Expr:
    """Why a row was not judged, with the other names of its cell; null for a row with a case."""
    named = pl.format(OTHER_NAMES.replace("{other_names}", "{}"), "other_names")
    words = pl.concat_str(why, named, ignore_nulls=True)
    return pl.when(pl.col("reason_case").is_null()).then(words)


def with_other_ions(rows: pl.DataFrame, state: AnalysisState, is_other: pl.Series) -> pl.DataFrame:
    """The rows of which those that are other ions of a species say so."""
    said = pl.lit(SENTENCES.index(ANOTHER_ION), dtype=pl.UInt8)
    apart = state.later_than_main_min()
    return rows.with_columns(
        reason_case=pl.when(is_other).then(said).otherwise("reason_case"),
        difference_min=pl.when(is_other).then(apart).otherwise("difference_min"),
        alternative_sentence=pl.when(~is_other).then("alternative_sentence"),
        ion_kind=pl.when(is_other).then(_ion_kind()),
    )


def _ion_kind() -> pl.Expr:
    label = pl.col("isotope_label")
    isotope = pl.when(label.str.starts_with(NATURAL)).then(pl.format("isotope {}", label))
    return pl.coalesce(isotope, "adduct", pl.format("charge {}", "charge"), pl.lit("another"))


def _facts_of_peaks(state: AnalysisState) -> PeakColumns:
    return {
        "reason_case": _cases(state),
        "rival_off_min": state.arrays.measured(state.arrays.time_min) - state["rival_min"],
        "times_blank": _times_blank(state),
    }


def _cases(state: AnalysisState) -> Verdicts:
    """The number of the sentence of each peak (peaks,), which may name a parent."""
    is_named = state["unpicked_parent"] != state.labels["unpicked_parent"].index(None)
    of_name = np.arange(len(SENTENCES), dtype=np.uint8)
    for nameless, named in NAMED.items():
        of_name[SENTENCES.index(nameless)] = SENTENCES.index(named)
    cases = _without_areas(state, _cases_without_names(state))
    found = np.where(is_named, of_name[cases], cases)
    is_open = (state["call"] == AMBIGUOUS) & state.is_doubted
    return np.where(is_open, _cases_of_doubt(state), found)


def _cases_of_doubt(state: AnalysisState) -> Verdicts:
    """The number of the sentence (peaks,) of each peak whose label is in doubt."""
    of_class = NO_LAW if state.doubts_every_class else IN_DOUBT
    cases = np.full(len(state.arrays.row), SENTENCES.index(of_class), dtype=np.uint8)
    for code, rows in state.doubted_rows.items():
        cases[np.isin(state.arrays.row, rows)] = SENTENCES.index(OF_DOUBT[code])
    return cases


def _without_areas(state: AnalysisState, cases: Verdicts) -> Verdicts:
    """The sentences (peaks,), without areas where one that they compare is not known."""
    found = cases.copy()
    compared = {OF_PARENT: _percent_of_parent, NEAR_BLANK: _times_blank}
    for sentence, without in WITHOUT_AREAS.items():
        is_said = cases == SENTENCES.index(sentence)
        if is_said.any():
            is_said &= np.isnan(compared[sentence](state))
            found[is_said] = SENTENCES.index(without)
    return found


def _cases_without_names(state: AnalysisState) -> Verdicts:
    """The number of the first sentence that is true of each peak (peaks,)."""
    is_true, is_fragment, is_outlier, is_ambiguous = (
        state["call"] == call for call in (TRUE, FRAGMENT, OUTLIER, AMBIGUOUS)
    )
    fits, has_parent = state["fits"], ~np.isnan(state["parent_row"])
    is_ion = state["ion"] != NO_ION
    is_outlier &= ~is_ion
    has_rival = _has_rival(state)
    return first_true_case(
        state["is_near_blank"],
        state["is_torn"],
        is_true,
        is_ambiguous & fits & has_parent,
        is_ambiguous & fits,
        is_ambiguous,
        is_fragment & has_parent,
        is_fragment,
        is_ion & has_parent,
        is_ion,
        is_outlier & state.arrays.has_other_mass,
        is_outlier & fits & has_rival,
        is_outlier & fits,
        is_outlier & ~state["has_parent"],
    )


def _has_rival(state: AnalysisState) -> Mask:
    """Whether another peak of the sample has the same species."""
    cells = state.arrays.sample_species
    rivals: Mask = np.bincount(cells, minlength=state.arrays.sample_species_count)[cells] > 1
    return rivals


def _percent_of_parent(state: AnalysisState) -> NDArray[np.float64]:
    """The area of each peak, in percent of that of its parent; NaN without a parent."""
    percent = np.full(len(state.arrays.row), np.nan)
    at = np.flatnonzero(~np.isnan(state["parent_row"]))
    areas = state.table["peak_area"].to_numpy()
    parents = areas[state["parent_row"][at].astype(np.int64) - 1]
    percent[at] = 100 * state.arrays.area[at] / parents
    return percent


def _times_blank(state: AnalysisState) -> NDArray[np.float64]:
    """How many times the area of its peak in a blank each peak has; NaN where it is not near it."""
    times = np.full(len(state.arrays.row), np.nan)
    at = np.flatnonzero(state["is_near_blank"])
    if state.arrays.blank_area is not None:
        times[at] = state.arrays.area[at] / state.arrays.blank_area[at]
    return times
