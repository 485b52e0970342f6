"""Check each m/z against its label, and warn where a whole column or a whole class disagrees."""

import numpy as np
import polars as pl
from msgspec.structs import replace
from numpy.typing import NDArray

from app.analysis.computing.numbered_texts import numbered
from app.analysis.counted import counted, listed
from app.analysis.evidence.array_types import Indices
from app.analysis.evidence.masses.mass_errors import MassErrors, OtherAdduct, mass_errors, mass_fit
from app.analysis.evidence.masses.masses_without_adducts import misnamed_without_adducts
from app.analysis.evidence.masses.names_by_mass import MisnamedClasses
from app.analysis.state.analysis_state import AnalysisState
from app.analysis.state.data_warning import SHOWN_ROWS, DataWarning

MISNAMED = "names_of_another_mass"


def with_mass_errors(state: AnalysisState) -> AnalysisState:
    """The state whose peaks have their mass errors, if the table has m/z and adducts.

    Classes whose names have another mass than their peaks are doubted, without adducts too.
    """
    table, arrays = state.table, state.arrays
    if table["mz"].null_count() == table.height:
        return state
    places = pl.Series(arrays.row.astype(np.int64) - 1)
    read = table.select("mz", "adduct", "isotope_label")[places]
    # A labelled standard has another mass than its name says.
    known = read.select(pl.when(pl.col("isotope_label").is_null()).then("mz")).to_series()
    mz = known.fill_null(np.nan).to_numpy()
    if table["adduct"].null_count() == table.height:
        return _doubting(state, misnamed_without_adducts(mz, arrays.names, arrays.species))
    errors = mass_errors(mz, read["adduct"], arrays.names, arrays.species, arrays.sample)
    fit = mass_fit(errors.ppm, errors.sd_ppm, state.settings.mz_tolerance_ppm)
    checked = replace(arrays, ppm=errors.ppm, mass_fit=fit, mass_sd_ppm=errors.sd_ppm)
    warned = replace(state, arrays=checked).warn(*_warnings(state, errors))
    return _doubting(warned, errors.misnamed)


def _doubting(state: AnalysisState, misnamed: tuple[MisnamedClasses, ...]) -> AnalysisState:
    """The state with classes of another mass doubted, and a warning for each change of them."""
    _, cores = numbered(state.arrays.names["core"])
    doubted = frozenset(cores[at] for one in misnamed for at in one.cores)
    warnings = [_name_warning(one, cores, state.arrays.row) for one in misnamed]
    return replace(state, doubted_classes=doubted).warn(*warnings)


def _warnings(state: AnalysisState, errors: MassErrors) -> list[DataWarning]:
    row = state.arrays.row
    found = [_adduct_warning(other, row[other.rows].astype(np.int64)) for other in errors.others]
    if abs(errors.raw_ppm) > state.settings.mz_tolerance_ppm:
        higher = "higher" if errors.raw_ppm > 0 else "lower"
        text = (
            f"The m/z are {abs(errors.raw_ppm):.1f} ppm {higher} than those of their names "
            "(median), more than the tolerance. They were recalibrated. Calibrate the instrument."
        )
        found.append(DataWarning("mass_shift", text))
    return found


def _name_warning(found: MisnamedClasses, cores: list[str], row: NDArray[np.uint32]) -> DataWarning:
    classes = listed([cores[at] for at in found.cores])
    text = (
        f"The m/z of {counted(len(found.rows), 'row')} of {classes} do not have the mass of their "
        f"names, whatever their charge, but that of names with {found.change.words} "
        f"({found.change.mass_da:+.4f} Da). So no label of {classes} is confirmed. Correct the "
        "names, or the column of m/z."
    )
    return DataWarning(MISNAMED, text, tuple(np.sort(row[found.rows])[:SHOWN_ROWS].tolist()))


def _adduct_warning(other: OtherAdduct, rows: Indices) -> DataWarning:
    shown = tuple(np.sort(rows)[:SHOWN_ROWS].tolist())
    if other.better:
        fit, they = ("fits", "It was") if len(rows) == 1 else ("fit", "They were")
        text = (
            f"The m/z of {counted(len(rows), 'row')} {fit} {other.better}, not {other.adduct} as "
            f"the table says. {they} judged as {other.better}. Correct the column of adducts."
        )
        return DataWarning("wrong_adduct", text, shown)
    text = (
        f"The m/z of most of the {len(rows):,} rows with {other.adduct} do not fit their names; "
        f"they are {other.shift:+.4f} off (median). Their m/z were not used. Check the "
        "names and the columns of m/z and adduct."
    )
    return DataWarning("mass_shift", text, shown)
