"""Which standard to buy next: the species whose time, once known, tells most about the others.

A standard is an anchor: its time is known but for the error of a peak. By the law's posterior
covariance C it lowers the variance of a prediction x'Cx by (x'Cs)^2 / (noise^2 + s'Cs), where s is
the design of the standard. The best one lowers the weighted sum over the species of the table
most; the next one is chosen as if the first were known. This is a greedy Bayesian V-optimal design
(Chaloner and Verdinelli 1995, Stat Sci 10:273). A species counts for its doubtful rows, p(1 - p)
each, because a label that is certain has nothing to gain.
"""

from collections import defaultdict
from typing import Any

import numpy as np
import polars as pl

from app.analysis.evidence.array_types import Array, Mask
from app.analysis.model.candidates import Candidates
from app.analysis.names.species_table import SpeciesTable
from app.analysis.targets.kept_model import KeptModel
from app.analysis.targets.targets import NAMED, species_name

MOST_STANDARDS = 10
# A certain species counts a little, so that its ceramide or class is still worth knowing.
LEAST_DOUBT = 0.01
EACH = "each isomer"
# ``sd_before_min`` is the root of the weighted mean variance of the predictions before a standard
# is known, ``sd_after_min`` that with it and all before it.
STANDARD_SCHEMA: dict[str, pl.DataType] = {
    "rank": pl.UInt32(),
    "species": pl.String(),
    "prefix": pl.String(),
    "isomer": pl.String(),
    "predicted_rt_min": pl.Float64(),
    "prediction_sd_min": pl.Float64(),
    "sd_before_min": pl.Float64(),
    "sd_after_min": pl.Float64(),
}


def standards(kept: KeptModel | None, rows: pl.DataFrame) -> pl.DataFrame:
    """The standards to buy in their order (``STANDARD_SCHEMA``).

    ``rows`` are those of the result, with ``JUDGED``. A species with an anchor is no standard to
    buy.
    """
    if kept is None:
        return pl.DataFrame(schema=STANDARD_SCHEMA)
    model, candidates = kept.model, Candidates.of(kept.names, kept.isomer_groups).table
    x = model.design(candidates)
    has_anchor, doubt = _anchors_and_doubt(candidates, rows)
    mean, sd = model.predict(x)
    order, totals = chosen_in_order(
        x, model.fit.covariance, model.fit.noise_sd**2, doubt, ~has_anchor
    )
    about = list(candidates.rows(order).iter_rows(*NAMED))
    return pl.DataFrame(
        {
            "rank": range(1, len(order) + 1),
            "species": [species_name(*each) for each in about],
            "prefix": [each[0] for each in about],
            "isomer": [each[1] for each in about],
            "predicted_rt_min": mean[order],
            "prediction_sd_min": sd[order],
            "sd_before_min": np.sqrt(totals[:-1]),
            "sd_after_min": np.sqrt(totals[1:]),
        },
        schema=STANDARD_SCHEMA,
        strict=False,
    )


def _anchors_and_doubt(candidates: SpeciesTable, rows: pl.DataFrame) -> tuple[Mask, Array]:
    """Whether the species of each candidate has an anchor, and the doubt about its rows."""
    p = pl.col("confidence")
    judged = rows.filter(pl.col("prefix").is_not_null(), pl.col("call") != "invalid")
    doubt = (p * (1 - p)).sum()
    # In the order of the rows, so that the sums below are the same in all bits each time.
    known = judged.group_by(NAMED, maintain_order=True).agg(pl.col("anchor").any(), doubt)
    isomers = set(candidates.iter_rows("prefix", "isomer"))
    found = defaultdict[tuple[Any, ...], list[tuple[bool, float]]](list)
    for prefix, isomer, *ceramide, has_anchor, doubt in known.iter_rows():
        # Rows whose isomer is unresolved count for each isomer of their class.
        own = isomer if (prefix, isomer) in isomers else EACH
        found[prefix, own, *ceramide].append((has_anchor, doubt))
    of_candidates = [
        found[prefix, isomer, *ceramide] + found[prefix, EACH, *ceramide]
        for prefix, isomer, *ceramide in candidates.iter_rows(*NAMED)
    ]
    doubts = [sum(doubt for _, doubt in rows) + LEAST_DOUBT for rows in of_candidates]
    has_anchor = [any(has_one for has_one, _ in rows) for rows in of_candidates]
    return np.array(has_anchor, dtype=np.bool_), np.array(doubts, dtype=np.float64)


def chosen_in_order(
    x: Array, covariance: Array, noise: float, weight: Array, can_be: Mask
) -> tuple[list[int], Array]:
    """The rows of ``x`` (n, p) to observe, in their order, of those that ``can_be`` (n,).

    Also returns the mean variance of the predictions, weighted by ``weight`` (n,), before the first
    and after each. ``noise`` is the variance of an observation.
    """
    covariance = covariance.copy()
    share = weight / weight.sum()
    wanted = x.T @ (share[:, None] * x)  # trace(wanted C) is the weighted mean of the variances
    chosen: list[int] = []
    totals = [float((wanted * covariance).sum())]
    open_to = can_be.copy()
    for _ in range(min(MOST_STANDARDS, int(can_be.sum()))):
        with_all = x @ covariance
        variance = noise + (with_all * x).sum(axis=1)
        gain = np.where(open_to, (with_all @ wanted * with_all).sum(axis=1) / variance, -1.0)
        best = int(gain.argmax())
        covariance -= np.outer(with_all[best], with_all[best]) / variance[best]
        open_to[best] = False
        chosen.append(best)
        totals.append(float((wanted * covariance).sum()))
    return chosen, np.maximum(np.array(totals), 0.0)
