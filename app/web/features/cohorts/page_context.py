"""The context of a cohort's page: one page of its matrix, its samples and two groups compared."""

from math import log
from typing import Any

from app.analysis.cohort_statistics.cells import INCOMPLETE, MEANINGS, NO_PEAK, TRUE
from app.analysis.cohort_statistics.comparison import LEAST_REPLICATES
from app.analysis.cohort_statistics.levels import LEVELS, SEVERAL
from app.analysis.cohort_statistics.measures import CALL, MEASURES, UNITS
from app.analysis.names.cells.sample_roles import QC
from app.analysis.state.calls import CALLS
from app.db.jobs.tables import Job
from app.web import words
from app.web.features.cohorts.cohort import CALLS_ARE_NOT_COMPARED, Cohort
from app.web.features.cohorts.views import comparison_view, matrix_view, samples_view
from app.web.features.results.amounts import ISOTOPES
from app.web.http.faults.errors import QueryError
from app.web.job_view import view
from app.web.words import CATEGORIES

SPECIES_PER_PAGE, SAMPLES_PER_PAGE = 50, 30
# With more samples than this the address would be too long for a group of each.
MOST_NAMED_GROUPS = 500
MOST_COMPARED = 200
HEATS = 8


# What the page of every cohort explains.
ALWAYS = {
    "levels": {level: words.LEVELS[level] for level in LEVELS},
    "isotopes": {choice: words.ISOTOPES[choice] for choice in ISOTOPES},
    "measures": UNITS,
    "measure_words": words.COHORT_MEASURES,
    "about": MEASURES,
    "meanings": MEANINGS,
    "calls": CALLS,
    "no_peak": NO_PEAK,
    "is_true": TRUE,
    "is_incomplete": INCOMPLETE,
    "least": LEAST_REPLICATES,
    "most_compared": MOST_COMPARED,
}


def cohort_context(
    job: Job, cohort: Cohort, *, page: int, samples_page: int, pair: tuple[str, str] | None
) -> dict[str, Any]:
    """The context of the page; ``pair`` are the groups to compare, None for the usual ones."""
    samples = samples_view(cohort)
    return {
        **ALWAYS,
        **_matrix(cohort, page, samples_page),
        **_groups(cohort, pair),
        "job": view(job),
        "query": cohort.query,
        "samples": samples,
        "roles": dict(cohort.samples.select("sample", "role").iter_rows()),
        "notes": cohort.notes,
        "several": SEVERAL[cohort.query.by],
        "shows_calls": cohort.query.measure == CALL,
        "has_qc": bool(cohort.qc_variation),
        "has_qc_role": QC in cohort.samples["role"],
        "prefixes": _prefixes(cohort),
        "categories": [
            name for name in CATEGORIES if any(each.composition.get(name) for each in samples)
        ],
    }


def _matrix(cohort: Cohort, page: int, samples_page: int) -> dict[str, Any]:
    """One page of the matrix of species and samples; the last one for a page beyond it."""
    names = cohort.samples["sample"].to_list()
    pages = _pages(cohort.species.height, SPECIES_PER_PAGE)
    samples_pages = _pages(len(names), SAMPLES_PER_PAGE)
    page, samples_page = min(page, pages), min(samples_page, samples_pages)
    first = (samples_page - 1) * SAMPLES_PER_PAGE
    return {
        "matrix": matrix_view(
            cohort,
            names[first : first + SAMPLES_PER_PAGE],
            limit=SPECIES_PER_PAGE,
            offset=(page - 1) * SPECIES_PER_PAGE,
        ),
        "heat": _Heat(*cohort.value_range()),
        "page": page,
        "pages": pages,
        "samples_page": samples_page,
        "samples_pages": samples_pages,
    }


def _groups(cohort: Cohort, pair: tuple[str, str] | None) -> dict[str, Any]:
    """The groups of samples, and two of them compared, or why they are not."""
    named = pair or cohort.usual_pair()
    one, other = cohort.existing_pair(*named)
    comparison, why_not = _comparison(cohort, one, other)
    return {
        "groups": cohort.groups,
        "can_name_groups": cohort.samples.height <= MOST_NAMED_GROUPS,
        "one": one,
        "other": other,
        "renamed": _renamed(named, (one, other)),
        "comparison": comparison,
        "why_not": why_not,
    }


def _prefixes(cohort: Cohort) -> list[str]:
    found = cohort.rows.select("prefix").drop_nulls().unique().sort("prefix").collect()
    return found["prefix"].to_list()


class _Heat:
    """The colour of a value: a step on a logarithmic scale from the least to the largest."""

    def __init__(self, low: float, high: float) -> None:
        self.low, self.high = low, high

    def __call__(self, value: float | None) -> int:
        if value is None or value <= 0 or self.high <= self.low:
            return 0
        part = log(value / self.low) / log(self.high / self.low)
        return max(0, min(HEATS, round(HEATS * part)))


def _comparison(cohort: Cohort, one: str, other: str) -> tuple[Any, str]:
    """Two groups compared, or why they are not."""
    if cohort.query.measure == CALL:
        return None, CALLS_ARE_NOT_COMPARED
    if not one or not other:
        return None, ""
    try:
        return comparison_view(cohort, one, other), ""
    except QueryError as error:
        return None, str(error)


def _renamed(named: tuple[str, str], compared: tuple[str, str]) -> str:
    """Say which groups are compared if a request names one that does not exist; empty if all do."""
    gone = [repr(name) for name in named if name not in compared]
    if not gone:
        return ""
    one, other = compared
    return f"There is no group {' or '.join(gone)} now, so {other} is compared with {one}."


def _pages(total: int, size: int) -> int:
    return max(1, -(-total // size))
