"""Prepare a peak table for the rules: number names and samples, turn usable rows into arrays."""

from typing import Any, NamedTuple

import numpy as np
import polars as pl
from msgspec.structs import replace
from numpy.typing import NDArray

from app.analysis.errors import PeakTableError
from app.analysis.evidence.array_types import Array, Indices
from app.analysis.evidence.explaining.level_priors import log_prior
from app.analysis.evidence.peaks.coelution import CoelutingPairs
from app.analysis.evidence.peaks.peak_arrays import PeakArrays, with_codes
from app.analysis.model.drift.alignment import align_samples
from app.analysis.model.law.time_scale import time_scale, usable_tolerance
from app.analysis.names.species_table import SpeciesTable
from app.analysis.settings import AnalysisSettings
from app.analysis.state.analysis_state import AnalysisState
from app.analysis.state.preparation.bent_drifts import drift_warnings
from app.analysis.state.preparation.blank_areas import blank_areas
from app.analysis.state.preparation.ion_groups import find_main_ions, species_and_molecule
from app.analysis.state.preparation.mass_check import with_mass_errors
from app.analysis.state.preparation.sample_order import sample_numbers, sample_order
from app.analysis.state.preparation.set_apart import reasons_set_apart, standard_warnings
from app.analysis.state.preparation.several_methods import sample_warnings
from app.analysis.state.preparation.written_names import WrittenNames

# No instrument gives a number beyond these, and one such number would swamp all others.
MOST_RT_MIN = 10_000
LEAST_AREA, MOST_AREA = 1e-100, 1e100


def prepare(table: pl.DataFrame, settings: AnalysisSettings) -> AnalysisState:
    """The state of the analysis of a peak table (``PEAK_SCHEMA``) before its first rule.

    Raises:
        PeakTableError: no row can be used.
        ValueError: the rows are not numbered from 1 on.
    """
    _require_numbered_rows(table)
    names = WrittenNames.of(table["name"])
    table = names.added_to(_with_problems(table, names.problems))
    apart = reasons_set_apart(table, names.standards)
    rows = _Rows(table, names, settings.rt_tolerance_min, _judged_rows(table, apart))
    arrays, usual_min = rows.arrays()
    state = AnalysisState(table, names.species, names.catalogue, arrays, settings, apart=apart)
    warnings = (
        *names.warnings(),
        *standard_warnings(apart),
        *sample_warnings(table, arrays, usual_min),
        *drift_warnings(table, arrays),
    )
    return _with_main_ions(with_mass_errors(state.warn(*warnings)), rows)


class _Rows(NamedTuple):
    """The rows of a table with their names; ``judged`` are the positions of those to judge."""

    table: pl.DataFrame
    names: WrittenNames
    rt_tolerance_min: float
    judged: Indices

    def arrays(self) -> tuple[PeakArrays, Array]:
        """The judged rows on the scale of the table, and the usual times of species in minutes."""
        species, catalogue = self.names.species, self.names.catalogue
        aligned, usual_min = align_samples(
            _peak_arrays(self.table, self.judged, species, catalogue)
        )
        return replace(aligned, time_scale=time_scale(aligned, self.rt_tolerance_min)), usual_min


def _require_numbered_rows(table: pl.DataFrame) -> None:
    if table.is_empty():
        raise PeakTableError("The peak table has no rows. Choose one with at least one row.")
    if not np.array_equal(table["row"].to_numpy(), np.arange(1, table.height + 1)):
        raise ValueError("The rows of a peak table are numbered from 1 on.")


def _with_main_ions(state: AnalysisState, rows: _Rows) -> AnalysisState:
    """The state with one ion of each species and molecule of a sample, and what is known of it."""
    tolerance = usable_tolerance(rows.rt_tolerance_min, state.arrays.time_scale)
    molecule, judged = rows.names.molecules, rows.judged
    of_molecule = species_and_molecule(rows.names.species, molecule)
    main = find_main_ions(state.table, _of_right_mass(state.arrays), of_molecule, tolerance)
    if main is not None:
        arrays, _ = rows._replace(judged=judged[main[judged] == judged]).arrays()
        state = _with_main_ions_alone(state, arrays, main)
    arrays = state.arrays.with_optional(
        molecule=molecule,
        log_prior=log_prior(state.table["evidence"], main),
        blank_area=blank_areas(state.table, rows.names.species, tolerance),
    )
    return replace(state, arrays=arrays)


def _of_right_mass(arrays: PeakArrays) -> Indices:
    """The positions in the table of the rows whose m/z does not contradict their label."""
    is_right = np.zeros(int(arrays.row.max()) + 1, dtype=np.bool_)
    is_right[arrays.row[~arrays.has_other_mass]] = True
    return np.flatnonzero(is_right[1:])


def _with_main_ions_alone(state: AnalysisState, arrays: PeakArrays, main: Indices) -> AnalysisState:
    """The state with the main ions alone; their mass errors are those found among all ions."""
    place = state.arrays.row.astype(np.int64) - 1
    ppm, fit = np.full(state.table.height, np.nan), np.ones(state.table.height)
    ppm[place], fit[place] = state.arrays.ppm, state.arrays.mass_fit
    at = arrays.row.astype(np.int64) - 1
    arrays = replace(arrays, ppm=ppm[at], mass_fit=fit[at], mass_sd_ppm=state.arrays.mass_sd_ppm)
    return replace(state, arrays=arrays, main=main, ppm_of_rows=ppm)


def _with_problems(table: pl.DataFrame, problems: pl.Series) -> pl.DataFrame:
    """Add the problems of names, and of numbers that no instrument gives."""
    absurd = (
        pl.when(pl.col("rt_min").abs() > MOST_RT_MIN)
        .then(pl.lit(f"Its retention time is beyond {MOST_RT_MIN:,} min."))
        .when(~pl.col("peak_area").is_between(LEAST_AREA, MOST_AREA))
        .then(pl.lit(f"Its volume is not between {LEAST_AREA:g} and {MOST_AREA:g}."))
    )
    has_absurd = table.select(absurd.is_not_null().any()).item()
    if problems.null_count() == len(problems) and not has_absurd:
        return table
    return table.with_columns(problem=pl.coalesce("problem", problems, absurd))


def _judged_rows(table: pl.DataFrame, apart: pl.Series) -> Indices:
    """The positions of the rows without a problem that are not set apart."""
    if table["problem"].null_count() == 0:
        reasons = table["problem"].value_counts(sort=True)
        raise PeakTableError(
            f"None of the {table.height:,} rows can be used. The most frequent reason: "
            f"{reasons['problem'][0]}"
        )
    judged = np.flatnonzero((table["problem"].is_null() & apart.is_null()).to_numpy())
    if not len(judged):
        raise PeakTableError(
            "All rows that can be used are peaks of blanks or labelled standards, so there is no "
            "species to judge. Add the samples, or correct the roles of samples and the labels."
        )
    return judged


def _peak_arrays(
    table: pl.DataFrame, usable: Indices, named: Indices, catalogue: pl.DataFrame
) -> PeakArrays:
    """The usable rows as arrays, sample by sample."""
    table = table[["row", "sample", "rt_min", "peak_area", "anchor"]]
    if len(usable) < table.height:
        table = table[usable]
    sample = sample_numbers(table["sample"])
    order, sample, rank = sample_order(sample)

    def sorted_by_sample(values: NDArray[Any]) -> NDArray[Any]:
        return values if order is None else values[order]

    named = named if len(usable) == len(named) else named[usable]
    is_met = np.bincount(named, minlength=catalogue.height) > 0
    species = named if is_met.all() else (np.cumsum(is_met) - 1)[named]
    names = with_codes(catalogue.filter(pl.Series(is_met)))
    time, area, anchor = (
        sorted_by_sample(table[name].to_numpy()) for name in ("rt_min", "peak_area", "anchor")
    )
    return PeakArrays(
        row=sorted_by_sample(table["row"].to_numpy()),
        rt_min=time,
        time_min=time,
        area=area,
        log_area=np.log10(area),
        anchor=anchor,
        species=sorted_by_sample(species),
        sample=sample,
        sample_rank=rank,
        ppm=np.broadcast_to(np.nan, len(time)),
        mass_fit=np.broadcast_to(1.0, len(time)),
        names=names,
        species_table=SpeciesTable.of(names),
        pairs=CoelutingPairs.none(),
    )
