"""The neutral masses that outliers can have: that of the label, or those of the m/z and an adduct.

If m/z is missing or agrees with the label, use the label's mass. If it contradicts the label, use
the m/z with each adduct of the table.
"""

import msgspec
import numpy as np
import polars as pl

from app.analysis.evidence.array_types import Array, Indices, Mask
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.names.cells.adducts import Adduct, parse_adduct
from app.analysis.names.masses import masses_da

# How often the adduct of a row is right; else it is one of the table by how frequent they are.
ADDUCT_IS_RIGHT = 0.8
# The m/z and that of the label differ by no more than the mass error, in parts of the m/z, unless
# the peaks were judged as another adduct than the table says.
SAME_ADDUCT = 1e-4
NO_ADDUCT = -1


class MeasuredMasses(msgspec.Struct, frozen=True, eq=False):
    """The masses that some peaks can have, as arrays (m,).

    ``peak`` is a position among the peaks, ``adduct`` one in ``adducts`` or -1 where the mass is
    that of the label, ``weight`` how likely the adduct is, and ``is_own`` whether it is that of the
    row.
    """

    adducts: tuple[str, ...]
    peak: Indices
    adduct: Indices
    mass_da: Array
    weight: Array
    is_own: Mask

    @property
    def is_measured(self) -> Mask:
        """Whether the mass comes from an m/z."""
        measured: Mask = self.adduct != NO_ADDUCT
        return measured

    @classmethod
    def of(
        cls, arrays: PeakArrays, peaks: Indices, mz: Array, adducts: pl.Series
    ) -> "MeasuredMasses":
        """The masses of peaks at some positions; ``mz`` and ``adducts`` are (n,)."""
        of_species = masses_da(arrays.species_table)
        silent = peaks[~arrays.has_other_mass[peaks]]
        of_label = of_species[arrays.species[silent]]
        found = [(silent, np.full(len(silent), NO_ADDUCT), of_label)]
        weights, own = [np.ones(len(silent))], [np.ones(len(silent), dtype=np.bool_)]
        known = _known(adducts)
        share = _shares(adducts, known)
        texts, number = tuple(sorted(share)), _numbers(adducts, sorted(share))
        for place, text in enumerate(texts):
            rows = peaks[arrays.has_other_mass[peaks] & (number[peaks] == place)]
            corrected = _corrected_mz(
                of_species[arrays.species[rows]], arrays.ppm[rows], known[text]
            )
            is_plain = np.abs(corrected / mz[rows] - 1) <= SAME_ADDUCT
            for other, other_text in enumerate(texts):
                at = rows if other == place else rows[is_plain]
                ion = corrected if other == place else corrected[is_plain]
                found.append((at, np.full(len(at), other), _neutral(ion, known[other_text])))
                likely = (1 - ADDUCT_IS_RIGHT) * share[other_text]
                likely += ADDUCT_IS_RIGHT if other == place else 0.0
                weights.append(np.full(len(at), likely))
                own.append(np.full(len(at), other == place))
        peak, adduct, mass = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return cls(texts, peak, adduct, mass, np.concatenate(weights), np.concatenate(own))


def _known(adducts: pl.Series) -> dict[str, Adduct]:
    if adducts.null_count() == len(adducts):
        return {}
    parsed = {text: parse_adduct(text) for text in adducts.drop_nulls().unique()}
    return {text: one for text, one in parsed.items() if one is not None and not one.label}


def _shares(adducts: pl.Series, known: dict[str, Adduct]) -> dict[str, float]:
    """The share of the rows that each known adduct has."""
    if not known:
        return {}
    shares = adducts.value_counts(normalize=True).rows()
    return {text: part for text, part in shares if text in known}


def _numbers(adducts: pl.Series, texts: list[str]) -> Indices:
    """The position of each adduct in some texts, -1 where it is none of them."""
    if not texts:
        return np.broadcast_to(NO_ADDUCT, len(adducts))
    places = {text: place for place, text in enumerate(texts)}
    number = adducts.replace_strict(places, default=NO_ADDUCT, return_dtype=pl.Int64)
    return number.fill_null(NO_ADDUCT).to_numpy()


def _corrected_mz(mass_da: Array, ppm: Array, adduct: Adduct) -> Array:
    """The m/z without the error of the instrument, given how far it is from that of the label."""
    theory = adduct.mz(0.0) + adduct.molecules / abs(adduct.charge) * mass_da
    corrected: Array = theory * (1 + 1e-6 * ppm)
    return corrected


def _neutral(mz: Array, adduct: Adduct) -> Array:
    mass: Array = (mz - adduct.mz(0.0)) * abs(adduct.charge) / adduct.molecules
    return mass
