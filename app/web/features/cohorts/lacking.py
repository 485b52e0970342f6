"""What the incomplete sums of a cohort lack, by line and sample."""

import polars as pl

from app.analysis.cohort_statistics.incomplete import missing_members
from app.web.features.cohorts.cohort import Cohort


def lacking_of_lines(cohort: Cohort, lines: list[str]) -> dict[str, dict[str, list[str]]]:
    """What the incomplete sums of some lines lack, by line and sample."""
    found: dict[str, dict[str, list[str]]] = {each: {} for each in lines}
    lacking = cohort.cells.drop_nulls("missing").filter(pl.col("species").is_in(lines))
    for name, sample, missing in lacking.select("species", "sample", "missing").iter_rows():
        found[name][sample] = missing
    return found


def lacking_of_composition(cohort: Cohort) -> dict[str, dict[str, list[str]]]:
    """What the area of a category lacks in a sample, by sample and category."""
    found: dict[str, dict[str, list[str]]] = {}
    lacking = missing_members(cohort.rows, "category").select("sample", "species", "missing")
    for sample, name, missing in lacking.iter_rows():
        found.setdefault(sample, {})[name] = missing
    return found
