"""The sections of mzTab-M on molecules, features and evidence, line by line."""

import statistics
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from app.analysis.names.adducts import parse_adduct
from app.analysis.names.composition import formula, mass_da
from app.analysis.names.evidence_levels import EVIDENCE_LEVELS
from app.analysis.names.grammar import parse_species
from app.analysis.reporting.formats.mztab.cells import (
    CONFIDENCE,
    NULL,
    Line,
    number_cell,
    software_version,
    text_cell,
)
from app.analysis.reporting.formats.mztab.molecules import Feature, Molecules, sum_by_sample

# The levels of the Metabolomics Standards Initiative (Sumner et al. 2007, Metabolomics 3:211):
# annotated, or of a known class.
RELIABILITY = {"true": "2", "ambiguous": "3"}
SUMMARY = (
    *("SMH", "SML_ID", "SMF_ID_REFS", "database_identifier", "chemical_formula", "smiles", "inchi"),
    *("chemical_name", "uri", "theoretical_neutral_mass", "adduct_ions", "reliability"),
    *("best_id_confidence_measure", "best_id_confidence_value"),
)
FEATURE = (
    *("SFH", "SMF_ID", "SME_ID_REFS", "SME_ID_REF_ambiguity_code", "adduct_ion", "isotopomer"),
    *("exp_mass_to_charge", "charge", "retention_time_in_seconds"),
    *("retention_time_in_seconds_start", "retention_time_in_seconds_end"),
)
EVIDENCE = (
    *("SEH", "SME_ID", "evidence_input_id", "database_identifier", "chemical_formula", "smiles"),
    *("inchi", "chemical_name", "uri", "derivatized_form", "adduct_ion", "exp_mass_to_charge"),
    *("charge", "theoretical_mass_to_charge", "spectra_ref", "identification_method", "ms_level"),
    *("id_confidence_measure[1]", "rank"),
)
STUDY_VARIABLE = ("abundance_study_variable[1]", "abundance_variation_study_variable[1]")
OPTIONS = (
    *("opt_global_isomer", "opt_global_call", "opt_global_retention_time_in_seconds"),
    *("opt_global_anchor", "opt_global_evidence_level"),
    *("opt_global_molecular_name", "opt_global_shorthand_name"),
)


def summary_section(molecules: Molecules) -> Iterator[Line]:
    """One line for each molecule: a species and, where it is known, its isomer."""
    yield *SUMMARY, *_abundance_names(molecules), *STUDY_VARIABLE, *OPTIONS
    for number, peaks in enumerate(molecules.peaks_of, 1):
        yield _summary_line(molecules, number, peaks)


def _summary_line(molecules: Molecules, number: int, peaks: pl.DataFrame) -> Line:
    best = peaks.sort("confidence", descending=True).row(0, named=True)
    call = "true" if (peaks["call"] == "true").any() else "ambiguous"
    species = parse_species(best["species"])
    adducts = [a for a in peaks["adduct"].drop_nulls().unique().sort() if parse_adduct(a)]
    areas = sum_by_sample(peaks, "consolidated_volume")
    rt_s = 60 * float(str(peaks["rt_min"].mean()))
    return (
        *("SML", str(number), molecules.feature_numbers(number), NULL, formula(species)),
        *(NULL, NULL, best["species"], NULL, f"{mass_da(species):.5f}"),
        *("|".join(adducts) or NULL, RELIABILITY[call], CONFIDENCE),
        *(number_cell(best["confidence"]), *_abundances(molecules, areas)),
        *(*_mean_and_variation(areas), text_cell(best["isomer"]), call, number_cell(rt_s)),
        "T" if peaks["anchor"].any() else "F",
        _best_evidence(peaks),
        *(text_cell(best["molecular_name"]), text_cell(best["shorthand_name"])),
    )


def _best_evidence(peaks: pl.DataFrame) -> str:
    found = set(peaks["evidence_level"].drop_nulls())
    return next((level for level in EVIDENCE_LEVELS if level in found), NULL)


def _isotopomer(feature: Feature) -> str:
    number = feature.heavy_atoms
    return f'[MS, MS:1002957, isotopomer MS peak, "+{number}"]' if number else NULL


def feature_section(molecules: Molecules) -> Iterator[Line]:
    """One line for each ion of a molecule; none where the table has no m/z."""
    if molecules.features:
        yield *FEATURE, *_abundance_names(molecules)
    for number, each in enumerate(molecules.features, 1):
        adduct = str(each.adduct) if each.charge else NULL
        yield (
            *("SMF", str(number), molecules.evidence_number(number), NULL, adduct),
            *(
                _isotopomer(each),
                number_cell(each.mz),
                str(each.charge or NULL),
                number_cell(each.rt_s),
                NULL,
                NULL,
            ),
            *_abundances(molecules, each.areas),
        )


def evidence_section(molecules: Molecules, record: Mapping[str, Any]) -> Iterator[Line]:
    """One line for each ion whose charge, and so its theoretical m/z, is known."""
    if molecules.charged_features:
        yield EVIDENCE
    method = f"[, , Sialoscope, {software_version(record)}]"
    for number, each in enumerate(molecules.charged_features, 1):
        species = parse_species(each.name)
        yield (
            *("SME", str(number), f"mz={each.mz:.5f};rt={each.rt_s:.2f}", NULL),
            *(formula(species), NULL, NULL, each.name, NULL, NULL, str(each.adduct)),
            *(number_cell(each.mz), str(each.charge), f"{each.theoretical_mz:.5f}", "ms_run[1]"),
            *(method, "[MS, MS:1000511, ms level, 1]", number_cell(each.confidence), "1"),
        )


def _abundance_names(molecules: Molecules) -> Line:
    return [f"abundance_assay[{number}]" for number in range(1, len(molecules.samples) + 1)]


def _abundances(molecules: Molecules, areas: Mapping[str, float]) -> Line:
    return [number_cell(areas.get(sample)) for sample in molecules.samples]


def _mean_and_variation(areas: Mapping[str, float]) -> Line:
    """The mean over the samples and the coefficient of variation."""
    values = list(areas.values())
    mean = statistics.fmean(values) if values else None
    several = mean is not None and len(values) > 1
    variation = statistics.stdev(values) / mean if several and mean else None
    return number_cell(mean), number_cell(variation)
