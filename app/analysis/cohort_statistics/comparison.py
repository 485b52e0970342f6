"""Two groups compared: fold change, effect size, interval, and p adjusted for all species.

Everything is computed on the logarithm to base 2 of the values, because areas vary by factors. The
difference of the means is then the log2 fold change, tested by Welch's t test, which does not
assume equal variances (Welch 1947, Biometrika 34:28). Hedges' g is the difference in standard
deviations, corrected for small groups (Hedges 1981, J Educ Stat 6:107). P values are adjusted for
the number of tested species (Benjamini and Hochberg 1995, J R Stat Soc B 57:289).

Missing values and incomplete sums are left out. Where a group has fewer than three values nothing
is tested, and a sentence says so.
"""

from collections.abc import Collection

import numpy as np
import polars as pl

from app.analysis.cohort_statistics.cells import INCOMPLETE, TRUE
from app.analysis.evidence.array_types import Array

LEAST_REPLICATES = 3
LEVEL = 0.95
# An SD of log2 values below this is rounding: the values of the group are equal.
NO_VARIATION = 1e-9
COUNTS = ("n_one", "n_other", "incomplete_one", "incomplete_other")
COLUMNS = (
    *("species", "n_one", "n_other", "mean_one", "mean_other", "log2_fold_change"),
    *("low", "high", "hedges_g", "hedges_g_low", "hedges_g_high", "p", "adjusted_p", "note"),
    *("incomplete_one", "incomplete_other"),
)
TESTS = ("hedges_g", "hedges_g_low", "hedges_g_high", "low", "high", "p", "adjusted_p")


def compare_groups(
    cells: pl.DataFrame, one: Collection[str], other: Collection[str], names: tuple[str, str]
) -> pl.DataFrame:
    """Each species that is true in any sample of the groups; changes are of ``other`` over ``one``.

    ``mean_one`` and ``mean_other`` are geometric means, ``low`` and ``high`` the 95 % interval of
    ``log2_fold_change``. ``incomplete_one`` and ``incomplete_other`` count sums that are left out
    because they lack members. ``note`` says why there is no test, and is empty where there is one.
    """
    both = _log_moments(cells, one, "_one").join(
        _log_moments(cells, other, "_other"), on="species", how="full", coalesce=True
    )
    both = both.with_columns(pl.col(COUNTS).fill_null(0)).sort("species")
    both = both.with_columns(
        log2_fold_change=pl.col("log_other") - pl.col("log_one"),
        mean_one=2 ** pl.col("log_one"),
        mean_other=2 ** pl.col("log_other"),
        note=_note(names),
    )
    return _tested(both).sort("p", "species", nulls_last=True).select(COLUMNS)


def _tested(both: pl.DataFrame) -> pl.DataFrame:
    """The species with the columns of ``TESTS``, which are null where a note says why."""
    is_tested = pl.col("note") == ""
    tested = both.filter(is_tested)
    untested = both.filter(~is_tested).with_columns(
        pl.lit(None, pl.Float64).alias(n) for n in TESTS
    )
    return pl.concat([tested.with_columns(**_tests(tested)), untested], how="diagonal")


def _log_moments(cells: pl.DataFrame, samples: Collection[str], suffix: str) -> pl.DataFrame:
    """Number, mean and SD of the log2 values of each species, and its number of incomplete sums."""
    has_value = pl.col("state").is_in([TRUE, INCOMPLETE]) & (pl.col("value") > 0)
    is_complete = pl.col("state") == TRUE
    log = pl.col("value").log(2).filter(is_complete)
    found = cells.filter(pl.col("sample").is_in(list(samples)), has_value).group_by("species")
    moments = found.agg(
        n=is_complete.sum(), incomplete=(~is_complete).sum(), log=log.mean(), sd=log.std()
    )
    return moments.rename(lambda name: name if name == "species" else name + suffix)


def _note(names: tuple[str, str]) -> pl.Expr:
    """Why a species is not tested; empty for one that is."""
    one, other = names
    left_out = pl.col("incomplete_one") + pl.col("incomplete_other") > 0
    few = pl.min_horizontal("n_one", "n_other") < LEAST_REPLICATES
    still = pl.max_horizontal("sd_one", "sd_other") < NO_VARIATION
    return (
        pl.when(few & left_out)
        .then(_counts(names) + _left_out(names))
        .when(pl.col("n_other") == 0)
        .then(pl.format("only in {}, n = {}", pl.lit(one), "n_one"))
        .when(pl.col("n_one") == 0)
        .then(pl.format("only in {}, n = {}", pl.lit(other), "n_other"))
        .when(few)
        .then(_counts(names))
        .when(still)
        .then(pl.lit("all values within each group are equal; a test needs variation"))
        .otherwise(pl.lit(""))
    )


def _counts(names: tuple[str, str]) -> pl.Expr:
    """How many values a species has in each group, and how many a test needs."""
    one, other = map(pl.lit, names)
    return pl.format(
        "n = {} in {} and {} in {}; a test needs {} values in each",
        *("n_one", one, "n_other", other, pl.lit(LEAST_REPLICATES)),
    )


def _left_out(names: tuple[str, str]) -> pl.Expr:
    """How many incomplete sums are left out in each group."""
    one, other = map(pl.lit, names)
    return pl.format(
        "; incomplete sums left out: {} in {} and {} in {}",
        *("incomplete_one", one, "incomplete_other", other),
    )


def _tests(both: pl.DataFrame) -> dict[str, Array]:
    """The columns of ``TESTS`` for species with enough values (species,)."""
    # SciPy takes a second and 80 MB to import, so it is imported only for a comparison (ADR 73).
    from scipy import stats

    if both.is_empty():
        return {name: np.empty(0) for name in TESTS}
    n1, n2 = (both[name].to_numpy().astype(float) for name in ("n_one", "n_other"))
    s1, s2 = (both[name].to_numpy() for name in ("sd_one", "sd_other"))
    change = both["log2_fold_change"].to_numpy()
    _, p = stats.ttest_ind_from_stats(
        both["log_other"].to_numpy(), s2, n2, both["log_one"].to_numpy(), s1, n1, equal_var=False
    )
    freedom, error = _freedom_and_error((s1, s2), (n1, n2))
    reach = stats.t.ppf((1 + LEVEL) / 2, freedom) * error
    g, g_reach = _hedges_g(change, (s1, s2), (n1, n2), float(stats.norm.ppf((1 + LEVEL) / 2)))
    return {
        "hedges_g": g,
        "hedges_g_low": g - g_reach,
        "hedges_g_high": g + g_reach,
        "low": change - reach,
        "high": change + reach,
        "p": p,
        "adjusted_p": stats.false_discovery_control(p, method="bh"),
    }


def _freedom_and_error(
    sds: tuple[Array, Array], counts: tuple[Array, Array]
) -> tuple[Array, Array]:
    """Welch's degrees of freedom, and the standard error of the difference of the means."""
    (s1, s2), (n1, n2) = sds, counts
    se1, se2 = s1**2 / n1, s2**2 / n2
    freedom = (se1 + se2) ** 2 / (se1**2 / (n1 - 1) + se2**2 / (n2 - 1))
    return freedom, np.sqrt(se1 + se2)


def _hedges_g(
    change: Array, sds: tuple[Array, Array], counts: tuple[Array, Array], z: float
) -> tuple[Array, Array]:
    """Hedges' g and the reach of its interval by the large-sample variance of Hedges and Olkin."""
    (s1, s2), (n1, n2) = sds, counts
    pooled = np.sqrt(((n1 - 1) * s1**2 + (n2 - 1) * s2**2) / (n1 + n2 - 2))
    g = (1 - 3 / (4 * (n1 + n2 - 2) - 1)) * change / pooled
    return g, z * np.sqrt((n1 + n2) / (n1 * n2) + g**2 / (2 * (n1 + n2)))
