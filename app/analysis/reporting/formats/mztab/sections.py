"""The sections of mzTab-M on molecules, features and evidence, line by line."""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import polars as pl

from app.analysis.names.cells.adducts import parse_adduct
from app.analysis.names.cells.evidence_levels import EVIDENCE_LEVELS
from app.analysis.names.composition import formula, mass_da
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
from app.analysis.reporting.formats.mztab.wrong_labels import WrongLabel

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
# The code of a feature that several molecules can be.
AMBIGUOUS_IDENTITY = "1"
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


def feature_section(molecules: Molecules, wrong: Sequence[WrongLabel]) -> Iterator[Line]:
    """One line for each ion of a molecule and each wrong label; none if the table has no m/z."""
    if molecules.features or wrong:
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
    evidence = len(molecules.charged_features)
    for number, peak in enumerate(wrong, len(molecules.features) + 1):
        yield _wrong_label_feature(molecules, peak, number, evidence)
        evidence += len(peak.identities)


def _wrong_label_feature(
    molecules: Molecules, peak: WrongLabel, number: int, evidence: int
) -> Line:
    """The feature of a peak, whose evidence lines follow the first ``evidence`` ones."""
    references = range(evidence + 1, evidence + len(peak.identities) + 1)
    areas = {} if peak.peak_area is None else {peak.sample: peak.peak_area}
    return (
        *("SMF", str(number), "|".join(map(str, references)), AMBIGUOUS_IDENTITY),
        *(peak.identities[0].adduct, NULL, number_cell(peak.mz)),
        *(str(abs(peak.identities[0].ion.charge)), number_cell(60 * peak.rt_min), NULL, NULL),
        *_abundances(molecules, areas),
    )


def evidence_section(
    molecules: Molecules, wrong: Sequence[WrongLabel], record: Mapping[str, Any]
) -> Iterator[Line]:
    """One line for each ion whose charge, and so its theoretical m/z, is known.

    A wrong label has one for each species that its peak can be.
    """
    if molecules.charged_features or wrong:
        yield EVIDENCE
    method = f"[, , Sialoscope, {software_version(record)}]"
    found = [
        *(_evidence_of_feature(each) for each in molecules.charged_features),
        *(line for peak in wrong for line in _evidence_of_wrong_label(peak)),
    ]
    for number, (start, (confidence, rank)) in enumerate(found, 1):
        yield (
            *("SME", str(number), *start, "ms_run[1]", method),
            *("[MS, MS:1000511, ms level, 1]", number_cell(confidence), str(rank)),
        )


Evidence: TypeAlias = tuple[Line, tuple[float, int]]


def _evidence_of_feature(each: Feature) -> Evidence:
    species = parse_species(each.name)
    line = (
        *(f"mz={each.mz:.5f};rt={each.rt_s:.2f}", NULL),
        *(formula(species), NULL, NULL, each.name, NULL, NULL, str(each.adduct)),
        *(number_cell(each.mz), str(each.charge), f"{each.theoretical_mz:.5f}"),
    )
    return line, (each.confidence, 1)


def _evidence_of_wrong_label(peak: WrongLabel) -> Iterator[Evidence]:
    for rank, each in enumerate(peak.identities, 1):
        species = parse_species(each.species)
        line = (
            *(f"mz={peak.mz:.5f};rt={60 * peak.rt_min:.2f}", NULL),
            *(formula(species), NULL, NULL, each.species, NULL, NULL, each.adduct),
            *(number_cell(peak.mz), str(abs(each.ion.charge))),
            f"{each.ion.mz(mass_da(species)):.5f}",
        )
        yield line, (each.confidence, rank)


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
