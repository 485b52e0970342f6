"""What must not change a call: the unit of time, and copies; and a table of another laboratory."""

from pathlib import Path

import numpy as np
import polars as pl
from msgspec.structs import replace

from app.analysis.pipeline import analyze, run_rules
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.settings import AnalysisSettings
from tests.simulator.cuts import jittered_copies

FACTORS = (0.05, 0.3, 8.0, 60.0)
SMALL_TABLES, LEAST_ROWS, MOST_ROWS = 40, 3, 40
# The external table comes from a triple quadrupole, which cannot tell masses apart within some
# 0.3 Da. This is the widest tolerance of the settings.
UNIT_RESOLUTION_PPM = 100.0
COPIES, JITTERS_MIN, JITTER_SEEDS = 3, (0.0, 0.002, 0.005), 3


def show_scales_and_copies(path: Path) -> None:
    """Print how many calls of the real table change with its times, and in copies of it."""
    if not path.exists():
        return
    peaks, random = read_peak_table(path), np.random.default_rng(0)
    print("\nCalls that change when times and rt_tolerance are stretched alike (goal 0)")
    for factor in FACTORS:
        print(f"{'all rows x':>22} {factor:<6g}{_changed(peaks, factor):4}")
    sizes = random.integers(LEAST_ROWS, MOST_ROWS + 1, SMALL_TABLES)
    cuts = [peaks.sample(int(size), seed=number) for number, size in enumerate(sizes)]
    factors = np.exp(random.uniform(np.log(0.05), np.log(60), SMALL_TABLES))
    changed = sum(_changed(_numbered(cut), float(f)) for cut, f in zip(cuts, factors, strict=True))
    print(f"{SMALL_TABLES} tables of {LEAST_ROWS}-{MOST_ROWS} rows{changed:10}")
    once = analyze(peaks, AnalysisSettings()).rows["call"] == "true"
    print(f"\nRows that are true in {COPIES} jittered copies and not in the table alone (goal 0)")
    for jitter_min in JITTERS_MIN:
        gained = [_gained(peaks, once, jitter_min, seed) for seed in range(JITTER_SEEDS)]
        in_copies, by_mean = (
            "".join(f"{one:4}" for one in row) for row in zip(*gained, strict=True)
        )
        print(
            f"{f'jitter {jitter_min:g} min':22}{in_copies}   the table alone, mean times{by_mean}"
        )


def show_external(path: Path | None) -> None:
    """Print how well the model predicts species of another laboratory that it leaves out."""
    if path is None:
        print("\nNo external table: give its path with --external.")
        return
    peaks = read_peak_table(path)
    rows = analyze(peaks, AnalysisSettings()).rows
    inside = pl.col("rt_min").is_between("interval_low_min", "interval_high_min")
    off = pl.col("residual_min").abs()
    best = rows.with_columns(inside=inside, off=off).sort("off").unique("species", keep="first")
    cover, median = best.select(pl.col("inside").mean(), pl.col("off").median()).row(0)
    print(f"\nExternal table, best peak of each of {best.height} species, left out")
    print(f"coverage {cover:.2f} (goal >= 0.92), median error {median:.3f} min (goal <= 0.055)")
    _show_isobars(peaks, best.filter(~pl.col("inside"))["row"], best.height)
    model = run_rules(peaks, AnalysisSettings()).model
    if model is not None:
        left_out = np.abs(model.fit.left_out())
        share = np.mean(left_out <= 1.96 * model.fit.left_out_sd())
        print(f"of the {len(left_out)} fitted: {share:.2f}, {np.median(left_out):.3f} min")


def _show_isobars(peaks: pl.DataFrame, missed: pl.Series, species: int) -> None:
    """Print which of the missed rows fit a species that their instrument cannot tell apart."""
    settings = AnalysisSettings(mz_tolerance_ppm=UNIT_RESOLUTION_PPM)
    rows = analyze(peaks, settings).rows.filter(pl.col("row").is_in(missed.implode()))
    named = rows.filter(pl.col("alternative_species").is_not_null())
    for row, label, better in named.select("row", "species", "alternative_species").iter_rows():
        print(f"missed: row {row}, {label}; at unit resolution it fits {better}")
    others = species - named.height
    print(f"coverage of the other {others} species {1 - (rows.height - named.height) / others:.2f}")


def _changed(peaks: pl.DataFrame, factor: float) -> int:
    settings = AnalysisSettings()
    stretched = replace(settings, rt_tolerance_min=settings.rt_tolerance_min * factor)
    before = analyze(peaks, settings).rows["call"]
    after = analyze(peaks.with_columns(pl.col("rt_min") * factor), stretched).rows["call"]
    return int((before != after).sum())


def _gained(peaks: pl.DataFrame, once: pl.Series, jitter_min: float, seed: int) -> tuple[int, int]:
    """How many rows of a table are true in a copy of it, and not alone.

    The second number is that of rows that are true in the table with the mean times of the copies.
    """
    copies = jittered_copies(peaks, COPIES, jitter_min, np.random.default_rng(seed))
    mean_min = copies["rt_min"].to_numpy().reshape(COPIES, -1).mean(axis=0)
    alone = peaks.with_columns(rt_min=pl.Series(mean_min))
    of_copies, of_mean = (
        (analyze(table, AnalysisSettings()).rows["call"] == "true").to_numpy()
        for table in (copies, alone)
    )
    new = ~once.to_numpy()
    in_any = of_copies.reshape(COPIES, -1).any(axis=0)
    return int((in_any & new).sum()), int((of_mean & new).sum())


def _numbered(peaks: pl.DataFrame) -> pl.DataFrame:
    return peaks.with_columns(row=pl.int_range(1, pl.len() + 1, dtype=pl.UInt32))
