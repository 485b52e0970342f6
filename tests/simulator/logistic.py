"""Peak tables by another law than that of the analysis and of porcine brain.

Retention is a logistic function of hydrophobicity, as on a gradient that is steep in its middle and
flat at its ends, and each class has a slope and a curvature of its own. Nothing here is taken from
the analysis or from porcine brain, so that neither its equation nor its priors fit by construction.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

# What each class loses to become another one, and how hydrophilic its sugars are.
PARENTS = {
    "GM3": ("GM2", "GM1", "GD3", "GD1"),
    "GM2": ("GM1", "GD1"),
    "GM1": ("GD1", "GT1"),
    "GD3": ("GT3", "GD1"),
    "GD2": ("GD1", "GT1"),
    "GD1": ("GT1", "GQ1"),
    "GT1": ("GQ1",),
    "GT3": (),
    "GQ1": (),
}
SUGARS = {"GM3": 3, "GM2": 4, "GM1": 5, "GD3": 4, "GD2": 5, "GD1": 6, "GT3": 5, "GT1": 7, "GQ1": 8}
CARBONS = range(32, 45)


@dataclass(frozen=True, kw_only=True)
class Gradient:
    """A gradient of some length in minutes, how much classes differ, and the error of times.

    ``missing_parents`` is the share of the species with fragments that were not picked.
    """

    seed: int = 0
    length_min: float = 12.0
    curvature_sd: float = 0.08
    noise_share: float = 0.003
    anchors: float = 0.3
    missing_parents: float = 0.0


def draw(gradient: Gradient) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A table as a user would upload it (Name, RT, Volume, Anchor), and its truth (row, call)."""
    random = np.random.default_rng(gradient.seed)
    bends = {name: random.normal(0, gradient.curvature_sd) for name in SUGARS}
    slopes = {name: random.normal(1, 0.05) for name in SUGARS}
    shifts = {name: random.normal(0, 0.15) for name in SUGARS}

    def time_min(prefix: str, carbons: int, bonds: int) -> float:
        chain = (carbons - 38) / 4 - 0.38 * max(bonds - 1, 0) + 0.2 * (bonds == 0)
        water = 0.22 * (SUGARS[prefix] - 5) - shifts[prefix]
        at = slopes[prefix] * chain + bends[prefix] * chain**2 - water
        return gradient.length_min / (1 + float(np.exp(-0.8 * at)))

    noise = gradient.noise_share * gradient.length_min
    rows: list[tuple[str, float, float, bool, str]] = []
    for prefix in SUGARS:
        for carbons in CARBONS:
            for bonds in (0, 1, 2):
                if random.random() < 0.45:
                    continue
                usual, area = time_min(prefix, carbons, bonds), random.normal(5.5, 0.8)
                at = usual + random.normal(0, noise)
                label = f"({carbons}:{bonds};O2)"
                is_anchor = random.random() < gradient.anchors
                place = len(rows)
                rows.append((prefix + label, at, area, is_anchor, "true"))
                for child in (one for one, heavier in PARENTS.items() if prefix in heavier):
                    if random.random() < 0.2:
                        beside = at + random.normal(0, noise / 4)
                        small = area - abs(random.normal(1.4, 0.8))
                        rows.append((child + label, beside, small, False, "fragment"))
                can_be_missing = gradient.missing_parents > 0 and len(rows) > place + 1
                if can_be_missing and random.random() < gradient.missing_parents:
                    del rows[place]
                if random.random() < 0.5:
                    rows.append(_stray(prefix + label, usual, noise, gradient.length_min, random))
    order = random.permutation(len(rows))
    names, times, areas, anchors, calls = zip(*(rows[place] for place in order), strict=True)
    table = pl.DataFrame(
        {
            "Name": names,
            "RT": np.round(times, 3),
            "Volume": np.round(10 ** np.array(areas)).astype(np.int64),
            "Anchor": ["T" if one else "F" for one in anchors],
        }
    )
    return table, pl.DataFrame({"call": calls}).with_row_index("row", offset=1)


def _stray(
    name: str, usual_min: float, noise_min: float, length_min: float, random: np.random.Generator
) -> tuple[str, float, float, bool, str]:
    """A peak with a label that its time has nothing to do with."""
    while True:
        at = random.uniform(0.1, 0.95) * length_min
        if abs(at - usual_min) > 8 * noise_min:
            return name, at, random.normal(4.8, 0.55), False, "outlier"
