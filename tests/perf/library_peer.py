"""A retention library beside rt-anchor, which maps a run on to a reference column by m/z alone.

Both get the same simulated tables: the run of the library, or the reference column, and a later
run of another gradient without anchors. The error is that of a species that both runs have, in
minutes of the reference: by rt-anchor its time on the reference column against the one without
noise there, by the library its predicted time in the later run against the one without noise there.
rt-anchor gets both tables as sample and as standards run, with the exact m/z of each species.
"""

import subprocess
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl

from app.analysis.evidence.array_types import Array
from app.analysis.library.law import RetentionLaw
from app.analysis.names.cells.adducts import parse_adduct
from app.analysis.names.composition import mass_da
from app.analysis.names.grammar import parse_species
from tests.perf.accuracy import analyzed
from tests.simulator import Simulated, Variation, simulate

VARIATIONS = {
    "same gradient": Variation(has_anchors=False),
    "1.3 times as long": Variation(has_anchors=False, time_scale=1.3),
    "sigmoid warp 0.6 min": Variation(has_anchors=False, warp_min=0.6),
    "plateau 0.8 min": Variation(has_anchors=False, warp_min=0.8, warp_width_min=0.3),
}
INSTALL = (
    "rt-anchor is no dependency. To compare with it, install it in an environment of its own\n"
    "(python -m venv PEER; PEER/bin/pip install rt-anchor==0.2.0) and give --rt-anchor "
    "PEER/bin/rt-anchor."
)
LONGEST_S = 120


def show(law: RetentionLaw, reference: Simulated, seeds: int, program: Path | None) -> None:
    """Print the errors of both; ``reference`` is the run of the library ``law``."""
    print(f"\nA library, and rt-anchor on the same tables: error in minutes, {seeds} seeds")
    if program is None:
        print(INSTALL)
        return
    print(f"{'':26}{'library':>9}{'95 %':>7}{'rt-anchor':>11}{'95 %':>7}{'species':>9}")
    for title, variation in VARIATIONS.items():
        runs = [simulate(replace(variation, seed=seed)) for seed in range(seeds)]
        by_law = [_of_law(law, run, reference) / variation.time_scale for run in runs]
        by_peer = [_of_peer(program, run, reference) for run in runs]
        ours, theirs = np.concatenate(by_law), np.concatenate(by_peer)
        print(f"{title:26}{_quantiles(ours, 9)}{_quantiles(theirs, 11)}{len(ours):9}")


def _quantiles(errors: Array, width: int) -> str:
    median, most = np.nanquantile(errors, (0.5, 0.95))
    return f"{median:{width}.3f}{most:7.3f}"


def _of_law(law: RetentionLaw, run: Simulated, reference: Simulated) -> Array:
    predicted = analyzed(run.table, law).rows["predicted_rt_min"]
    known = _known(run, reference, predicted)
    return (known["found"] - known["expected_rt_min"]).abs().to_numpy()


def _of_peer(program: Path, run: Simulated, reference: Simulated) -> Array:
    with TemporaryDirectory() as name:
        folder = Path(name)
        for file, simulated in (("run.csv", run), ("reference.csv", reference)):
            _features(simulated).write_csv(folder / file)
        _calibrate(program, folder)
        mapped = pl.read_csv(folder / "out_calibrated.csv")["Cal_RT_min"]
    known = _known(run, reference, mapped)
    return (known["found"] - known["reference_min"]).abs().to_numpy()


def _known(run: Simulated, reference: Simulated, found: pl.Series) -> pl.DataFrame:
    """The right rows of a run whose species the reference has too, with what was found of each."""
    there = _right(reference).select("Name", "isomer", reference_min="expected_rt_min").unique()
    rows = _right(Simulated(run.table.with_columns(found=found), run.truth))
    return rows.join(there, on=["Name", "isomer"], nulls_equal=True)


def _right(simulated: Simulated) -> pl.DataFrame:
    truth = simulated.truth.select("call", "isomer", "expected_rt_min")
    return simulated.table.hstack(truth).filter(pl.col("call") == "true")


def _features(simulated: Simulated) -> pl.DataFrame:
    """A table as MZmine writes it, with the exact m/z of each name."""
    return simulated.table.select(
        pl.int_range(1, pl.len() + 1).alias("row ID"),
        pl.Series("row m/z", [_mz(name) for name in simulated.table["Name"]]),
        pl.col("RT").alias("row retention time"),
        pl.col("Volume").alias("run Peak area"),
    )


def _mz(name: str) -> float:
    species = parse_species(name)
    charge = max(species.sialic, 1)
    adduct = parse_adduct(f"[M-{charge}H]{charge}-" if charge > 1 else "[M-H]-")
    if adduct is None:
        raise AssertionError(name)
    return round(adduct.mz(mass_da(species)), 5)


def _calibrate(program: Path, folder: Path) -> None:
    run, reference = str(folder / "run.csv"), str(folder / "reference.csv")
    given = {
        "--samples": run,
        "--standards": run,
        "--reference-sample": reference,
        "--reference-standards": reference,
        "--polarity": "negative",
        "--panel": "none",
        "--format": "mzmine",
        "--out": str(folder / "out"),
    }
    command = [str(program), "calibrate", *(each for pair in given.items() for each in pair)]
    subprocess.run(command, check=True, capture_output=True, timeout=LONGEST_S)
