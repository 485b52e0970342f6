"""Give the rows of a peak table the m/z of their labels, and some of them a wrong one."""

from typing import NamedTuple

import numpy as np
import polars as pl

from app.analysis.names.cells.adducts import parse_adduct
from app.analysis.names.composition import mass_da
from app.analysis.names.grammar import parse_species

# The spread of the errors of a calibrated instrument, and how far wrong m/z are off.
ERROR_PPM, LEAST_WRONG, MOST_WRONG = 2.0, 0.02, 3.0


class Masses(NamedTuple):
    """The peaks (``PEAK_SCHEMA``), and the rows whose m/z is wrong."""

    peaks: pl.DataFrame
    wrong_rows: set[int]


def with_masses(peaks: pl.DataFrame, *, wrong: int, seed: int = 0, off_ppm: float = 0.0) -> Masses:
    """Peaks with m/z and adducts by their composition, and the rows that got a wrong m/z."""
    random = np.random.default_rng(seed)
    species = [parse_species(name) for name in peaks["name"]]
    adducts = [f"[M-{n}H]{n}-" if (n := each.sialic) > 1 else "[M-H]-" for each in species]
    known = {text: parsed for text in set(adducts) if (parsed := parse_adduct(text))}
    exact = [known[text].mz(mass_da(one)) for text, one in zip(adducts, species, strict=True)]
    mz = np.array(exact) * (1 + 1e-6 * (off_ppm + random.normal(0, ERROR_PPM, peaks.height)))
    bad = random.choice(peaks.height, wrong, replace=False)
    mz[bad] += random.choice([-1, 1], wrong) * random.uniform(LEAST_WRONG, MOST_WRONG, wrong)
    table = peaks.with_columns(mz=pl.Series(mz), adduct=pl.Series(adducts))
    return Masses(table, set(peaks["row"].gather(bad).to_list()))
