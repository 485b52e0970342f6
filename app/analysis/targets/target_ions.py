"""The ions by which a target is looked for: m/z, charge, product, and the window of time.

Gangliosides are measured as [M-H]- or, as each sialic acid carries a charge, as [M-2H]2- and so on;
the usual product is sialic acid without water, m/z 290.088 for NeuAc (Ikeda, Shimizu and Taguchi
2008, J Lipid Res 49:2678). Of positive ions the product is its oxonium ion, m/z 292.103 (a B ion of
Domon and Costello 1988, Glycoconj J 5:397).
"""

from collections.abc import Iterator
from typing import NamedTuple

import polars as pl

from app.analysis.names.cells.adducts import ELECTRON_DA, parse_adduct
from app.analysis.names.composition import MASS_DA, RESIDUES, mass_of
from app.analysis.targets.targets import WORDS_OF_ORDER

NEGATIVE, POSITIVE = "negative", "positive"
POLARITIES = (NEGATIVE, POSITIVE)
ADDUCTS = {
    NEGATIVE: ("[M-H]-", "[M-2H]2-", "[M-3H]3-", "[M-4H]4-"),
    POSITIVE: ("[M+H]+", "[M+2H]2+", "[M+3H]3+"),
}
# What a scan of gangliosides usually spans, in m/z.
LEAST_MZ, MOST_MZ = 600.0, 2000.0
PROTON_DA = MASS_DA["H"] - ELECTRON_DA
SIALIC_ACIDS = ("neuac", "neugc", "kdn")
_RESIDUE_DA = {name: mass_of(RESIDUES[name]) for name in SIALIC_ACIDS}


class TargetIon(NamedTuple):
    """An ion of a target. Times are in minutes, ``charge`` is signed.

    ``name`` tells isomers apart, and ``product_mz`` is None for a species without sialic acid.
    """

    name: str
    prefix: str
    adduct: str
    mz: float
    charge: int
    product_mz: float | None
    rt_min: float
    start_min: float
    end_min: float
    probability: float

    @property
    def window_min(self) -> float:
        """The width of the window of time."""
        return self.end_min - self.start_min

    @property
    def polarity(self) -> str:
        """Negative or Positive."""
        return "Negative" if self.charge < 0 else "Positive"


def target_ions(targets: pl.DataFrame, polarity: str) -> Iterator[TargetIon]:
    """The usual ions of targets (``TARGET_SCHEMA``), within the usual scan; none is left out.

    An ion has at most as many charges as the species has sialic acids, if it is negative. Where no
    ion lies within the scan, the one with most charges is listed.
    """
    for target in targets.iter_rows(named=True):
        product = product_mz(target, polarity)
        for adduct, mz, charge in ions_of(target["mass_da"], target["sialic"], polarity):
            yield TargetIon(
                name=target_name(target["species"], target["isomer"]),
                prefix=target["prefix"],
                adduct=adduct,
                mz=mz,
                charge=charge,
                product_mz=product,
                rt_min=target["predicted_rt_min"],
                start_min=max(target["interval_low_min"], 0.0),
                end_min=target["interval_high_min"],
                probability=target["probability"],
            )


def ions_of(mass_da: float, sialic: int, polarity: str) -> list[tuple[str, float, int]]:
    """The adduct, m/z and signed charge of the usual ions of a species."""
    adducts = ADDUCTS[polarity]
    if polarity == NEGATIVE:
        adducts = adducts[: max(sialic, 1)]
    found = []
    for text in adducts:
        adduct = parse_adduct(text)
        if adduct is not None:
            found.append((text, adduct.mz(mass_da), adduct.charge))
    return [each for each in found if LEAST_MZ <= each[1] <= MOST_MZ] or found[-1:]


def product_mz(target: dict[str, int], polarity: str) -> float | None:
    """The m/z of the sialic acid of a target, the commonest kind that it has; None without one."""
    kinds = [name for name in SIALIC_ACIDS if target[name]]
    if not kinds:
        return None
    return _RESIDUE_DA[kinds[0]] + (PROTON_DA if polarity == POSITIVE else -PROTON_DA)


def target_name(species: str, isomer: str | None) -> str:
    """The name of a target, with the isomer where it has no letter: ``GQ1(36:1;O2) late``."""
    return f"{species} {isomer}" if isomer in WORDS_OF_ORDER else species
