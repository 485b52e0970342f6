"""The example table: gangliosides of an imagined porcine brain, made by the laws of the science.

Retention follows the gradient, intercepts, noise and peak areas measured on porcine brain (see
docs/science.md); which species, fragments and stray peaks there are is drawn from a seed.
"""

from typing import NamedTuple

import numpy as np
import polars as pl

# Retention time at 36:1;O2 in minutes; GD1 elutes twice, as GD1a and GD1b.
INTERCEPT_36_MIN = {
    "GM3": 10.60,
    "GM2": 10.40,
    "GD3": 10.10,
    "GM1": 10.10,
    "GD2": 9.90,
    "GD1": 9.14,
    "GT1": 8.70,
    "GQ1": 8.38,
    "GP1": 7.85,
    "GD1+OAc": 9.74,
    "GT1+OAc": 8.80,
    "GD1+dHex": 9.56,
    "GD1+HexNAc": 8.99,
}
ISOMER_GAP_MIN = 0.44
SLOPE_MIN, CURVATURE_MIN = 0.74, -0.011
FURTHER_DOUBLE_BOND_MIN, NO_DOUBLE_BOND_MIN = -1.10, 0.58
NOISE_MIN, FRAGMENT_NOISE_MIN = 0.03, 0.009
TRUE_AREA, STRAY_AREA = (5.46, 0.83), (4.83, 0.55)
FRAGMENT_RATIO = (-1.40, 0.75)
# What each core loses sugars to in the source.
FRAGMENTS = {"GT1": ("GD1", "GD3"), "GD1": ("GM1", "GM3"), "GM1": ("GM2", "GM3"), "GD2": ("GM2",)}
CERAMIDES = (
    *((34, 1), (36, 0), (36, 1), (36, 2), (37, 1), (38, 0), (38, 1)),
    *((38, 2), (40, 1), (40, 2), (41, 1), (42, 1), (42, 2)),
)
PRESENT_SHARE, FRAGMENT_SHARE, STRAY_SHARE, ANCHOR_SHARE = 0.8, 0.45, 0.5, 0.35
LOG_P_36 = {"GM": 4.0, "GD": 1.53, "GT": -0.94, "GQ": -3.41, "GP": -5.88}
LOG_P_PER_CARBON, LOG_P_PER_DOUBLE_BOND = 0.54, -0.94


class Peak(NamedTuple):
    """A row of the table, columns as users name them."""

    name: str
    rt: float
    volume: int
    log_p: float
    anchor: str


def example_table(seed: int = 2026) -> pl.DataFrame:
    """About 250 rows of Name, RT (min), Volume (peak area), Log P and Anchor (T or F)."""
    random = np.random.default_rng(seed)
    peaks = [peak for prefix in INTERCEPT_36_MIN for peak in _of_prefix(prefix, random)]
    columns = ("Name", "RT", "Volume", "Log P", "Anchor")
    return pl.DataFrame(peaks, schema=columns, orient="row").sort("Name", "RT")


def retention_min(prefix: str, carbons: int, double_bonds: int) -> float:
    """The retention time of a species without noise, in minutes; of GD1 that of GD1a."""
    c, c36 = carbons - 38, 36 - 38
    from_36 = SLOPE_MIN * (c - c36) + CURVATURE_MIN * (c**2 - c36**2)
    unsaturation = FURTHER_DOUBLE_BOND_MIN * max(double_bonds - 1, 0)
    unsaturation += NO_DOUBLE_BOND_MIN * (double_bonds == 0)
    return INTERCEPT_36_MIN[prefix] + from_36 + unsaturation


def _of_prefix(prefix: str, random: np.random.Generator) -> list[Peak]:
    peaks: list[Peak] = []
    for carbons, double_bonds in CERAMIDES:
        if random.random() < PRESENT_SHARE:
            usual = retention_min(prefix, carbons, double_bonds)
            gaps = (0.0, ISOMER_GAP_MIN) if prefix == "GD1" else (0.0,)
            for gap in gaps:
                peaks += _species(prefix, carbons, double_bonds, usual + gap, random)
        if random.random() < STRAY_SHARE / 2:
            anywhere = random.uniform(7.0, 14.5)
            peaks.append(_peak(prefix, carbons, double_bonds, anywhere, STRAY_AREA, random, "F"))
    return peaks


def _species(
    prefix: str, carbons: int, double_bonds: int, usual: float, random: np.random.Generator
) -> list[Peak]:
    """A species, perhaps an anchor, and the fragments it leaves under its own peak."""
    rt = usual + random.normal(0, NOISE_MIN)
    anchor = "T" if random.random() < ANCHOR_SHARE else "F"
    parent = _peak(prefix, carbons, double_bonds, rt, TRUE_AREA, random, anchor)
    peaks = [parent]
    for child in FRAGMENTS.get(prefix, ()):
        if random.random() < FRAGMENT_SHARE:
            at = rt + random.normal(0, FRAGMENT_NOISE_MIN)
            area = (np.log10(parent.volume) + FRAGMENT_RATIO[0], FRAGMENT_RATIO[1])
            fragment = _peak(child, carbons, double_bonds, at, area, random, "F")
            peaks.append(fragment._replace(volume=min(fragment.volume, parent.volume // 2)))
    return peaks


def _peak(
    prefix: str,
    carbons: int,
    double_bonds: int,
    rt: float,
    area: tuple[float, float],
    random: np.random.Generator,
    anchor: str,
) -> Peak:
    log_p = LOG_P_36[prefix[:2]] + LOG_P_PER_CARBON * (carbons - 36)
    log_p += LOG_P_PER_DOUBLE_BOND * (double_bonds - 1)
    volume = max(int(10 ** random.normal(*area)), 1000)
    name = f"{prefix}({carbons}:{double_bonds};O2)"
    return Peak(name, round(rt, 3), volume, round(log_p, 2), anchor)
