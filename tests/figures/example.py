"""Two figures of the built-in example: the curves of the classes, and the peaks of one ceramide."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl

from app.analysis.example.example_table import example_table
from app.analysis.pipeline import analyze
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.settings import AnalysisSettings
from tests.figures.plot import BLUE, GREEN, GREY, INK, OCHRE, PURPLE, RED, Plot, Range

GROUPS = {
    ("GM3", None): ("GM3", GREEN),
    ("GM1", None): ("GM1", BLUE),
    ("GD1", "b"): ("GD1b", OCHRE),
    ("GD1", "a"): ("GD1a", RED),
    ("GT1", "a/b/c unresolved"): ("GT1", PURPLE),
}
LEAST_LOG10_AREA = 3.0
FIRST_MIN, LAST_MIN = 9.0, 10.7
# Names of neighbours are moved apart by at least this, so that none covers another.
BETWEEN_NAMES_MIN = 0.036


@cache
def analyzed_example() -> pl.DataFrame:
    """The example, analyzed as a user's table is."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "example.csv"
        example_table().write_csv(path)
        return analyze(read_peak_table(path), AnalysisSettings()).rows


def retention() -> str:
    """Retention time against carbons: each class and isomer has a curve of its own."""
    rows = analyzed_example().filter(double_bonds=1, hydroxyls=2).sort("carbons")
    plot = Plot(
        "Retention time against ceramide carbons: five parallel curves, one a class and isomer",
        Range("carbons of the ceramide, one double bond", 33.5, 42.5),
        Range("retention time (min)", 6, 16),
    )
    for (prefix, isomer), (name, ink) in GROUPS.items():
        of_group = rows.filter(pl.col("prefix") == prefix, pl.col("call") == "true").filter(
            pl.col("isomer").eq_missing(isomer)
        )
        curve = of_group.unique("carbons", maintain_order=True)
        plot.line(curve.select("carbons", "predicted_rt_min").rows(), ink)
        plot.points(of_group.select("carbons", "rt_min").rows(), ink)
        plot.legend(name, ink)
    prefixes = [prefix for prefix, _ in GROUPS]
    others = rows.filter(pl.col("prefix").is_in(prefixes), pl.col("call") != "true")
    plot.points(others.select("carbons", "rt_min").rows(), GREY, filled=False)
    plot.legend("not true: a fragment or an outlier", GREY, filled=False)
    return plot.svg()


def one_ceramide() -> str:
    """The peaks of one ceramide as sticks: true ones above, all others below."""
    of_ceramide = analyzed_example().filter(carbons=36, double_bonds=1, hydroxyls=2).sort("rt_min")
    rows = of_ceramide.filter(pl.col("rt_min").is_between(FIRST_MIN, LAST_MIN))
    plot = Plot(
        "Peaks labelled as ceramide 36:1;O2 over retention time: true peaks as sticks upwards, "
        "fragments and outliers downwards; each fragment lies below its parent",
        Range("retention time (min)", FIRST_MIN, LAST_MIN),
        Range("log10 of the peak area, above 3", -5.4, 8.4),
    )
    plot.line([(FIRST_MIN, 0), (LAST_MIN, 0)], INK)
    inks = {"true": GREEN, "fragment": OCHRE, "outlier": GREY, "ambiguous": PURPLE}
    for call in ("true", "fragment", "outlier"):
        plot.legend(call, inks[call])
    name_at = {1: FIRST_MIN, -1: FIRST_MIN}
    for row in rows.iter_rows(named=True):
        side = 1 if row["call"] == "true" else -1
        x, height = row["rt_min"], np.log10(row["peak_area"]) - LEAST_LOG10_AREA
        plot.line([(x, 0), (x, side * height)], inks[row["call"]])
        name_at[side] = max(x, name_at[side] + BETWEEN_NAMES_MIN)
        tip = side * (height + 0.15)
        plot.text(name_at[side], tip, row["prefix"], turned=True, end=side < 0)
    return plot.svg()
