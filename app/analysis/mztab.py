"""Writing a result as mzTab-M 2.0.0, the format of repositories for metabolomics.

What it tells and what a peak table does not know stands in docs/mztab-m.md. The specification:
https://github.com/HUPO-PSI/mzTab-M.
"""

import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import IO, Any

import polars as pl

from app.analysis.names.composition import formula, mass_da, parse_adduct
from app.analysis.names.species import parse_species
from app.analysis.reporting.formula_escape import escape_formula
from app.analysis.reporting.result import Analysis

# The calls of rows that stand for a molecule; fragments count with their parents.
REPORTED = ("true", "ambiguous")
MOLECULE = ("species", "isomer")
# The levels of the Metabolomics Standards Initiative: annotated, or of a known class.
RELIABILITY = {"true": "2", "ambiguous": "3"}
VOLUME = "[MS, MS:1001841, LC-MS feature volume, ]"
CONFIDENCE = "[, , probability that the annotation is true, ]"
POLARITIES = {True: "[MS, MS:1000130, positive scan, ]", False: "[MS, MS:1000129, negative scan, ]"}
POLARITY_UNKNOWN = "[, , not told by the peak table, ]"
NULL = "null"

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
OPTIONS = ("opt_global_isomer", "opt_global_call", "opt_global_retention_time_in_seconds")

Line = Sequence[str]


def write_mztab(
    analysis: Analysis, record: Mapping[str, Any], ions: pl.DataFrame, file: IO[bytes]
) -> None:
    """The molecules of a result; ``ions`` has row, mz and adduct as the table gave them."""
    table = _Table(analysis, record, ions)
    sections = (table.metadata(), table.summary(), table.features(), table.evidence())
    written = 0
    for section in sections:
        for number, line in enumerate(section):
            if number == 0 and written:
                file.write(b"\n")
            file.write("\t".join(line).encode() + b"\n")
            written += 1


@dataclass(frozen=True, kw_only=True)
class _Feature:
    """A molecule seen as one ion: what the table says of it, in means over its peaks."""

    molecule: int
    name: str
    adduct: str | None
    mz: float
    rt_s: float
    confidence: float
    areas: Mapping[str, float]

    @property
    def charge(self) -> int | None:
        return abs(self._ion.charge) if self._ion else None

    @property
    def theoretical_mz(self) -> float | None:
        return self._ion.mz(mass_da(parse_species(self.name))) if self._ion else None

    @cached_property
    def _ion(self) -> Any:  # noqa: ANN401 - Adduct or None
        return parse_adduct(self.adduct) if self.adduct else None


class _Table:
    """The sections of a file, each line a sequence of cells."""

    def __init__(self, analysis: Analysis, record: Mapping[str, Any], ions: pl.DataFrame) -> None:
        self._analysis = analysis
        self._record = record
        self._peaks = (
            analysis.rows.filter(pl.col("call").is_in(REPORTED))
            .join(ions, on="row", how="left", maintain_order="left")
            .sort(*MOLECULE, maintain_order=True)
        )
        self._molecules = list(self._peaks.group_by(MOLECULE, maintain_order=True))
        samples = analysis.rows["sample"].fill_null("").unique(maintain_order=True)
        self._samples = samples.to_list()

    def metadata(self) -> Iterator[Line]:
        """What is known of the file as a whole."""
        for name, value in (*self._about_file(), *self._about_runs(), *self._about_values()):
            yield "MTD", name, value

    def summary(self) -> Iterator[Line]:
        """One line for each molecule: a species and, where it is told, its isomer."""
        yield *SUMMARY, *self._abundances(), *self._abundances_of_study(), *OPTIONS
        for number, (_, peaks) in enumerate(self._molecules, 1):
            best = peaks.sort("confidence", descending=True).row(0, named=True)
            call = "true" if (peaks["call"] == "true").any() else "ambiguous"
            species = parse_species(best["species"])
            adducts = [a for a in peaks["adduct"].drop_nulls().unique().sort() if parse_adduct(a)]
            areas = _by_sample(peaks, "consolidated_volume")
            yield (
                *("SML", str(number), self._features_of(number), NULL, formula(species)),
                *(NULL, NULL, best["species"], NULL, f"{mass_da(species):.5f}"),
                *("|".join(adducts) or NULL, RELIABILITY[call], CONFIDENCE),
                *(_number(best["confidence"]), *self._of_samples(areas), *_study(areas)),
                *(_text(best["isomer"]), call, _number(60 * float(str(peaks["rt_min"].mean())))),
            )

    def features(self) -> Iterator[Line]:
        """One line for each ion of a molecule; none where the table has no m/z."""
        if self._features:
            yield *FEATURE, *self._abundances()
        for number, each in enumerate(self._features, 1):
            evidence = self._evidence_numbers.get(number, NULL)
            adduct = str(each.adduct) if each.charge else NULL
            yield (
                *("SMF", str(number), evidence, NULL, adduct, NULL),
                *(_number(each.mz), str(each.charge or NULL), _number(each.rt_s), NULL, NULL),
                *self._of_samples(each.areas),
            )

    def evidence(self) -> Iterator[Line]:
        """One line for each ion whose charge, and so its theoretical m/z, is known."""
        if self._evidence:
            yield EVIDENCE
        method = f"[, , Sialoscope, {self._software().get('sialoscope', '')}]"
        for number, each in enumerate(self._evidence, 1):
            species = parse_species(each.name)
            yield (
                *("SME", str(number), f"mz={each.mz:.5f};rt={each.rt_s:.2f}", NULL),
                *(formula(species), NULL, NULL, each.name, NULL, NULL, str(each.adduct)),
                *(_number(each.mz), str(each.charge), f"{each.theoretical_mz:.5f}", "ms_run[1]"),
                *(method, "[MS, MS:1000511, ms level, 1]", _number(each.confidence), "1"),
            )

    @cached_property
    def _features(self) -> list["_Feature"]:
        return [
            _Feature(
                molecule=number,
                name=str(peaks["species"][0]),
                adduct=adduct,
                mz=float(str(ions["mz"].mean())),
                rt_s=60 * float(str(ions["rt_min"].mean())),
                confidence=float(str(ions["confidence"].max())),
                areas=_by_sample(ions, "peak_area"),
            )
            for number, (_, peaks) in enumerate(self._molecules, 1)
            for (adduct,), ions in peaks.drop_nulls("mz").group_by("adduct", maintain_order=True)
        ]

    @cached_property
    def _evidence(self) -> list["_Feature"]:
        return [each for each in self._features if each.charge]

    def _features_of(self, molecule: int) -> str:
        return "|".join(self._feature_numbers[molecule]) or NULL

    @cached_property
    def _feature_numbers(self) -> Mapping[int, list[str]]:
        """The numbers of the features of each molecule."""
        found = defaultdict(list)
        for number, each in enumerate(self._features, 1):
            found[each.molecule].append(str(number))
        return found

    @cached_property
    def _evidence_numbers(self) -> Mapping[int, str]:
        """The number of the evidence of each feature that has one."""
        charged = (number for number, each in enumerate(self._features, 1) if each.charge)
        return {feature: str(number) for number, feature in enumerate(charged, 1)}

    def _about_file(self) -> Iterator[tuple[str, str]]:
        record = self._record
        yield "mzTab-version", "2.0.0-M"
        yield "mzTab-ID", _text(record.get("job", "sialoscope"))
        yield "title", _text(record.get("input", {}).get("file_name", ""))
        yield "description", "Ganglioside species called by their retention times."
        yield "software[1]", f"[, , Sialoscope, {self._software().get('sialoscope', '')}]"
        for number, (name, value) in enumerate(record.get("settings", {}).items(), 1):
            yield f"software[1]-setting[{number}]", _text(f"{name} = {value}")
        yield "quantification_method", "[MS, MS:1001834, LC-MS label-free quantitation analysis, ]"

    def _about_runs(self) -> Iterator[tuple[str, str]]:
        numbers = range(1, len(self._samples) + 1)
        ions = [parse_adduct(text) for text in self._peaks["adduct"].drop_nulls().unique()]
        signs = {ion.charge > 0 for ion in ions if ion}
        polarities = [POLARITIES[is_positive] for is_positive in sorted(signs)]
        for number in numbers:
            yield f"ms_run[{number}]-location", NULL
            for place, polarity in enumerate(polarities or [POLARITY_UNKNOWN], 1):
                yield f"ms_run[{number}]-scan_polarity[{place}]", polarity
        for number, sample in zip(numbers, self._samples, strict=True):
            yield f"assay[{number}]", _text(sample or "the sample")
            yield f"assay[{number}]-ms_run_ref", f"ms_run[{number}]"
        yield "study_variable[1]", "undefined"
        yield "study_variable[1]-assay_refs", "|".join(f"assay[{number}]" for number in numbers)
        yield "study_variable[1]-description", "All samples of the table"

    def _about_values(self) -> Iterator[tuple[str, str]]:
        left_out = {c: n for c, n in self._analysis.counts().items() if c not in REPORTED}
        for number, (call, rows) in enumerate(left_out.items(), 1):
            yield f"custom[{number}]", f"[, , rows called {call} and not reported, {rows}]"
        yield "cv[1]-label", "MS"
        yield "cv[1]-full_name", "PSI-MS controlled vocabulary"
        yield "cv[1]-version", "4.1.138"
        yield "cv[1]-uri", "https://purl.obolibrary.org/obo/ms.obo"
        yield "database[1]", '[, , "no database", null]'
        yield "database[1]-prefix", NULL
        yield "database[1]-version", "Unknown"
        yield "database[1]-uri", NULL
        yield "small_molecule-quantification_unit", VOLUME
        if self._features:
            yield "small_molecule_feature-quantification_unit", VOLUME
        yield "id_confidence_measure[1]", CONFIDENCE

    def _software(self) -> Mapping[str, str]:
        found: Mapping[str, str] = self._record.get("software", {})
        return found

    def _abundances(self) -> Line:
        return [f"abundance_assay[{number}]" for number in range(1, len(self._samples) + 1)]

    def _abundances_of_study(self) -> Line:
        return "abundance_study_variable[1]", "abundance_variation_study_variable[1]"

    def _of_samples(self, areas: Mapping[str, float]) -> Line:
        return [_number(areas.get(sample)) for sample in self._samples]


def _by_sample(peaks: pl.DataFrame, column: str) -> dict[str, float]:
    """The sum of a column in each sample that has it."""
    found: dict[str, float] = defaultdict(float)
    for sample, value in peaks.select(pl.col("sample").fill_null(""), column).iter_rows():
        if value is not None:
            found[sample] += value
    return found


def _study(areas: Mapping[str, float]) -> Line:
    """The mean over the samples and the coefficient of variation."""
    values = list(areas.values())
    mean = statistics.fmean(values) if values else None
    several = mean is not None and len(values) > 1
    return _number(mean), _number(statistics.stdev(values) / mean if several and mean else None)


def _number(value: float | None) -> str:
    return NULL if value is None else f"{value:.10g}"


def _text(value: object) -> str:
    """A text as one cell, which no spreadsheet takes for a formula."""
    text = " ".join(str(value or "").split())
    return escape_formula(text) or NULL
