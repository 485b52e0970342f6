"""What masses explain in the real table: wrong m/z, other ions and better names."""

from pathlib import Path

import polars as pl

from app.analysis.pipeline import analyze
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.settings import AnalysisSettings
from tests.simulator.masses import with_masses

WRONG, SEEDS = 72, 3
# Rows that the composition of their labels shows to be other ions, or fragments with fewer groups.
OTHER_IONS = (27, 216, 279, 283, 304, 309, 26, 62, 64, 289, 100, 101, 98)
LOST_ACETYL = (180, 187)


def show_masses(path: Path) -> None:
    """Print how many wrong m/z are found, and which outliers are explained by other ions."""
    if not path.exists():
        return
    peaks, settings = read_peak_table(path), AnalysisSettings()
    print(f"\nOf {WRONG} wrong m/z: found, falsely found, given a better name (goal {WRONG}, 0, 0)")
    for seed in range(SEEDS):
        table, wrong = with_masses(peaks, wrong=WRONG, seed=seed)
        rows = analyze(table, settings).rows
        off = set(rows.filter(pl.col("mass_error_ppm").abs() > settings.mz_tolerance_ppm)["row"])
        named = set(rows.drop_nulls("alternative_species")["row"]) & wrong
        print(f"{f'seed {seed}':22}{len(off & wrong):4}{len(off - wrong):4}{len(named):4}")
    rows = analyze(peaks, settings).rows
    ions = set(rows.drop_nulls("ion")["row"])
    fragments = set(rows.filter(pl.col("call") == "fragment")["row"])
    print("\nReal rows explained by another ion (goal: all, and no true one)")
    print(f"{'known other ions':22}{len(ions & set(OTHER_IONS)):4} of {len(OTHER_IONS)}")
    print(f"{'lost O-acetyl groups':22}{len(fragments & set(LOST_ACETYL)):4} of {len(LOST_ACETYL)}")
    others = sorted(ions - set(OTHER_IONS))
    print(f"{'others':22}{len(others):4}: {', '.join(map(str, others))}")
    true = rows.filter((pl.col("call") == "true") & pl.col("ion").is_not_null())
    print(f"{'true rows':22}{true.height:4}")
    print(f"{'better names':22}{rows['alternative_species'].drop_nulls().len():4}")
