"""The first model starts from the effect of hydroxyl groups that most peaks support."""

import polars as pl

from app.analysis.pipeline import analyze
from tests.simulator import Variation, simulate
from tests.unit.analysis.tables import SETTINGS, simulated

# Four species with three hydroxyl groups, and three strays with such names. The fit of the largest
# peak of each name takes a stray for one of them.
MISLEADING = Variation(seed=208)


def test_peaks_that_agree_count_for_more_than_the_largest_ones() -> None:
    truth = simulate(MISLEADING).truth.select("row", truth="call")
    rows = analyze(simulated(MISLEADING), SETTINGS).rows.join(truth, on="row")

    hydroxylated = rows.filter(pl.col("name").str.contains(";O3"))

    assert hydroxylated["truth"].to_list().count("true") == 4
    assert hydroxylated["call"].to_list() == hydroxylated["truth"].to_list()
