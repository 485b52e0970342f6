"""Which standard to buy next: the species that, once known, leaves the least doubt about the table.

A standard does two things. It settles the rows of its own species: those that elute with it are the
species, and no other row is. And as an anchor it tells the law more about all others. The doubt
of a row is p(1 - p), with p its probability of being right, which is the Brier score that it has on
average. By the law's posterior covariance C a standard with the design s lowers the variance v of
the prediction of a row x by g = (x'Cs)^2 / (noise^2 + s'Cs). So the prediction will move by
N(0, g), and the log odds of the row by r/v of that, with r its residual. The doubt falls on
average by the variance of p, (p(1 - p) r/v)^2 g. The best standard lowers the summed doubt most;
the next one is chosen as if the first were known. This is a greedy Bayesian design by the expected
loss (Chaloner and Verdinelli 1995, Stat Sci 10:273).
"""

from collections import defaultdict
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from app.analysis.evidence.array_types import Array, Mask
from app.analysis.model.law.candidates import Candidates
from app.analysis.names.species_table import SpeciesTable
from app.analysis.reporting.kept_model import KeptModel
from app.analysis.targets.targets import NAMED, species_name

MOST_STANDARDS = 10
# The doubt of a species whose rows are certain, so that its ceramide or class is worth knowing.
LEAST_DOUBT = 0.01
EACH = "each isomer"
# ``sd_before_min`` is the root of the mean variance of the predictions, weighted by doubt, before a
# standard is known, ``sd_after_min`` that with it and all before it. ``doubt_before`` and
# ``doubt_after`` are the sum of p(1 - p) over rows, likewise.
STANDARD_SCHEMA: dict[str, pl.DataType] = {
    "rank": pl.UInt32(),
    "species": pl.String(),
    "prefix": pl.String(),
    "isomer": pl.String(),
    "predicted_rt_min": pl.Float64(),
    "prediction_sd_min": pl.Float64(),
    "sd_before_min": pl.Float64(),
    "sd_after_min": pl.Float64(),
    "doubt_before": pl.Float64(),
    "doubt_after": pl.Float64(),
}


class SpeciesDoubt(NamedTuple):
    """Of each candidate (n,): whether it has an anchor, and the doubt about its rows.

    ``own`` is the sum of p(1 - p), and ``moved`` that of (p(1 - p) r)^2, in min^2.
    """

    has_anchor: Mask
    own: Array
    moved: Array


class Order(NamedTuple):
    """The chosen species in their order, and what was left before the first and after each.

    ``variances`` are means over the species, weighted by their doubt; ``doubts`` are sums.
    """

    chosen: list[int]
    variances: Array
    doubts: Array


def standards(kept: KeptModel | None, rows: pl.DataFrame) -> pl.DataFrame:
    """The standards to buy in their order (``STANDARD_SCHEMA``).

    ``rows`` are those of the result, with ``JUDGED``. A species with an anchor is no standard to
    buy.
    """
    if kept is None:
        return pl.DataFrame(schema=STANDARD_SCHEMA)
    model, candidates = kept.model, Candidates.of(kept.names, kept.isomer_groups).table
    design = model.design(candidates)
    mean, sd = model.predict(design)
    fit, doubt = model.fit, species_doubt(candidates, rows)
    order = chosen_in_order(model.terms(design), fit.covariance, fit.noise_sd**2, sd, doubt)
    about = list(candidates.rows(order.chosen).iter_rows(*NAMED))
    return pl.DataFrame(
        {
            "rank": range(1, len(about) + 1),
            "species": [species_name(*each) for each in about],
            "prefix": [each[0] for each in about],
            "isomer": [each[1] for each in about],
            "predicted_rt_min": mean[order.chosen],
            "prediction_sd_min": sd[order.chosen],
            "sd_before_min": np.sqrt(order.variances[:-1]),
            "sd_after_min": np.sqrt(order.variances[1:]),
            "doubt_before": order.doubts[:-1],
            "doubt_after": order.doubts[1:],
        },
        schema=STANDARD_SCHEMA,
        strict=False,
    )


def species_doubt(candidates: SpeciesTable, rows: pl.DataFrame) -> SpeciesDoubt:
    """The doubt about the rows of each candidate; a row of an unresolved isomer is shared out."""
    judged = rows.filter(pl.col("prefix").is_not_null(), pl.col("call") != "invalid")
    doubt = pl.col("confidence") * (1 - pl.col("confidence"))
    moved = (doubt * pl.col("residual_min").fill_null(0.0)) ** 2
    sums = (pl.col("anchor").any().cast(pl.Float64), doubt.sum().alias("own"), moved.sum())
    # In the order of the rows, so that the sums below are the same in all bits each time.
    known = judged.group_by(NAMED, maintain_order=True).agg(*sums)
    isomers: defaultdict[str, set[str | None]] = defaultdict(set)
    for prefix, isomer in candidates.iter_rows("prefix", "isomer"):
        isomers[prefix].add(isomer)
    found: defaultdict[tuple[Any, ...], Array] = defaultdict(lambda: np.zeros(3))
    for prefix, isomer, *ceramide, has_anchor, own, moves in known.iter_rows():
        # Rows whose isomer is unresolved count for each isomer of their class.
        shared = isomer not in isomers[prefix]
        parts = max(len(isomers[prefix]), 1) if shared else 1
        of = np.array([has_anchor, own / parts, moves / parts])
        found[prefix, EACH if shared else isomer, *ceramide] += of
    each = [
        found[prefix, isomer, *ceramide] + found[prefix, EACH, *ceramide]
        for prefix, isomer, *ceramide in candidates.iter_rows(*NAMED)
    ]
    has_one, own, moves = np.array(each).reshape(-1, 3).T
    return SpeciesDoubt(has_one > 0, own, moves)


def chosen_in_order(
    x: Array, covariance: Array, noise: float, sd: Array, doubt: SpeciesDoubt
) -> Order:
    """The rows of ``x`` (n, p) to observe, in their order, of those without an anchor.

    ``noise`` is the variance of an observation, ``sd`` (n,) that of the prediction of a new peak.
    """
    covariance, own = covariance.copy(), doubt.own.copy()
    # No species loses more doubt than it has: far from the law, p does not depend on it like that.
    moved = np.minimum(doubt.moved / sd**4, own / sd**2) + (LEAST_DOUBT / sd) ** 2
    share = (doubt.own + LEAST_DOUBT) / (doubt.own + LEAST_DOUBT).sum()
    shown = x.T @ (share[:, None] * x)  # trace(shown C) is the weighted mean of the variances
    wanted = x.T @ (moved[:, None] * x)
    chosen: list[int] = []
    variances, doubts = [float((shown * covariance).sum())], [float(own.sum())]
    is_open = ~doubt.has_anchor
    for _ in range(min(MOST_STANDARDS, int(is_open.sum()))):
        with_all = x @ covariance
        of_law = (with_all * x).sum(axis=1)
        of_others = (with_all @ wanted * with_all).sum(axis=1) - moved * of_law**2
        gain = np.where(is_open, own + of_others / (noise + of_law), -1.0)
        best = int(gain.argmax())
        covariance -= np.outer(with_all[best], with_all[best]) / (noise + of_law[best])
        wanted -= moved[best] * np.outer(x[best], x[best])
        is_open[best], own[best], moved[best] = False, 0.0, 0.0
        chosen.append(best)
        variances.append(float((shown * covariance).sum()))
        doubts.append(doubts[-1] - float(gain[best]))
    return Order(chosen, np.maximum(variances, 0.0), np.maximum(doubts, 0.0))
