"""What mzTab-M reports of an analysis: molecules, and the features that are their ions."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property

import msgspec
import polars as pl

from app.analysis.names.cells.adducts import HEAVIER_DA, Adduct, normal_adduct, parse_adduct
from app.analysis.names.cells.isotope_labels import NATURAL
from app.analysis.names.composition import mass_da
from app.analysis.names.grammar import parse_species
from app.analysis.reporting.formats.mztab.cells import NULL
from app.analysis.reporting.result import ROW_SCHEMA, Analysis

# The calls of rows that stand for a molecule; fragments count with their parents.
REPORTED = ("true", "ambiguous")
MOLECULE = ("species", "isomer")


class Feature(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A molecule seen as one ion: its m/z and retention time (s) are means over its peaks.

    ``areas`` are its peak areas summed by sample, ``confidence`` is the greatest of its peaks.
    """

    molecule: int
    name: str
    adduct: str | None
    isotope: str | None
    mz: float
    rt_s: float
    confidence: float
    areas: Mapping[str, float]

    @property
    def charge(self) -> int | None:
        """The number of charges; None where the adduct is not known."""
        return abs(self._ion.charge) if self._ion else None

    @property
    def theoretical_mz(self) -> float | None:
        """The m/z of the ion by its composition; None where the adduct is not known."""
        if self._ion is None:
            return None
        heavier = self.heavy_atoms * HEAVIER_DA["C13"] / abs(self._ion.charge)
        return self._ion.mz(mass_da(parse_species(self.name))) + heavier

    @property
    def heavy_atoms(self) -> int:
        """The number of heavy isotopes, 1 for ``M+1``."""
        return int(self.isotope.removeprefix(NATURAL)) if self.isotope else 0

    @cached_property
    def _ion(self) -> Adduct | None:
        return parse_adduct(self.adduct) if self.adduct else None


class Molecules:
    """The molecules of an analysis, each a species and, where it is known, its isomer.

    Molecules, features and evidence are numbered from 1, as the format refers to them.
    """

    def __init__(self, analysis: Analysis, ions: pl.DataFrame) -> None:
        self.counts = analysis.counts()
        self.peaks = (
            _with_all_columns(analysis.rows)
            .filter(pl.col("call").is_in(REPORTED))
            .drop("adduct", "mz")
            .join(_with_usual_spelling(ions), on="row", how="left", maintain_order="left")
            .sort(*MOLECULE, maintain_order=True)
        )
        self.peaks_of = [peaks for _, peaks in self.peaks.group_by(MOLECULE, maintain_order=True)]
        roles = _with_all_columns(analysis.rows).drop_nulls("sample_role")
        self.roles: dict[str, str] = dict(roles.select("sample", "sample_role").unique().rows())
        samples = analysis.rows["sample"].fill_null("").unique(maintain_order=True)
        self.samples: list[str] = samples.to_list()

    @cached_property
    def features(self) -> list[Feature]:
        """One feature for each ion of a molecule that has an m/z."""
        return [
            Feature(
                molecule=number,
                name=str(peaks["species"][0]),
                adduct=adduct,
                isotope=isotope,
                mz=float(str(ions["mz"].mean())),
                rt_s=60 * float(str(ions["rt_min"].mean())),
                confidence=float(str(ions["confidence"].max())),
                areas=sum_by_sample(ions, "peak_area"),
            )
            for number, peaks in enumerate(self.peaks_of, 1)
            for (adduct, isotope), ions in peaks.drop_nulls("mz").group_by(
                "adduct", "isotope_label", maintain_order=True
            )
        ]

    @cached_property
    def charged_features(self) -> list[Feature]:
        """The features whose charge, and so their theoretical m/z, is known."""
        return [each for each in self.features if each.charge]

    def feature_numbers(self, molecule: int) -> str:
        """The numbers of the features of a molecule, as one cell."""
        return "|".join(self._feature_numbers[molecule]) or NULL

    def evidence_number(self, feature: int) -> str:
        """The number of the evidence of a feature, as one cell; null where it has none."""
        return self._evidence_numbers.get(feature, NULL)

    @cached_property
    def _feature_numbers(self) -> Mapping[int, list[str]]:
        found = defaultdict(list)
        for number, each in enumerate(self.features, 1):
            found[each.molecule].append(str(number))
        return found

    @cached_property
    def _evidence_numbers(self) -> Mapping[int, str]:
        charged = (number for number, each in enumerate(self.features, 1) if each.charge)
        return {feature: str(number) for number, feature in enumerate(charged, 1)}


def _with_all_columns(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with the columns that an older result lacks, null."""
    absent = {name: kind for name, kind in ROW_SCHEMA.items() if name not in rows.columns}
    return rows.with_columns(pl.lit(None, kind).alias(name) for name, kind in absent.items())


def _with_usual_spelling(ions: pl.DataFrame) -> pl.DataFrame:
    """Ions with adducts as the format asks for; older results have them as the table did."""
    texts = ions["adduct"].drop_nulls().unique()
    usual = {text: normal_adduct(text) or text for text in texts}
    adduct = pl.col("adduct").replace_strict(usual, default=None, return_dtype=pl.String)
    return ions.with_columns(adduct)


def sum_by_sample(peaks: pl.DataFrame, column: str) -> dict[str, float]:
    """The sum of a column in each sample that has it."""
    found: dict[str, float] = defaultdict(float)
    for sample, value in peaks.select(pl.col("sample").fill_null(""), column).iter_rows():
        if value is not None:
            found[sample] += value
    return found
