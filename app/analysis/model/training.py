"""What the retention law is fitted to: one row for each species and isomer."""

from dataclasses import replace

import numpy as np
import polars as pl

from app.analysis.evidence.peak_arrays import Evidence, Places
from app.analysis.evidence.posterior import Attribution, Candidates
from app.analysis.model.regression import ROUGHLY, Array, Mask
from app.analysis.model.retention_model import RetentionModel, fit_retention

# The law is fitted to about this many peaks of a cohort, whole samples in order of their names.
FITTED_PEAKS = 3_000
LIKELY = 0.5
# An anchor that elutes with a heavier ganglioside may be its fragment; it counts less at first, and
# so does the largest peak of a name that no anchor is of.
TRUST_WITH_PARENT, TRUST_OF_LARGEST = 0.3, 0.15


def first_law(evidence: Evidence) -> RetentionModel:
    """A law with one intercept for each prefix, fitted to anchors and the largest peaks of names.

    Isomers and wrong anchors are errors to it; it is there to tell what the ceramide does.
    """
    slots = evidence.names.select(
        pl.col("prefix").unique(),
    ).with_columns(group="prefix", isomer=pl.lit(None, dtype=pl.String), late=pl.lit(0))
    candidates = Candidates.of(evidence.names.with_columns(letter=pl.lit(None, pl.String)), slots)
    trust = np.where(evidence.has_parent, TRUST_WITH_PARENT, 1.0) * evidence.anchor
    trust = np.where(_largest(evidence), np.maximum(trust, TRUST_OF_LARGEST), trust)
    chosen = trust > 0
    candidate = candidates.place[evidence.species, 0]
    training = _table(evidence, candidates, candidate, chosen, trust)
    law = fit_retention(training, *candidates.terms(training))
    # How far apart peaks of a name lie tells the gap of its isomers, not what single peaks stray.
    return replace(law, own_sd_min=0.0)


def refit(
    evidence: Evidence,
    candidates: Candidates,
    found: Attribution,
    start: RetentionModel,
    tolerance: float = ROUGHLY,
) -> RetentionModel:
    """The law fitted to the best peak of each name and isomer in each sample.

    Of those that are more likely than not; where there is none it stays the law at the start.
    """
    # At most one peak of a sample, name and isomer can be more likely than not.
    chosen = found.p_true >= LIKELY
    if not chosen.any():
        return start
    training = _table(evidence, candidates, found.candidate, chosen, found.p_true)
    return fit_retention(training, *candidates.terms(training), start, tolerance)


def _table(
    evidence: Evidence, candidates: Candidates, candidate: Places, chosen: Mask, trust: Array
) -> pl.DataFrame:
    """One row for each candidate that has chosen peaks, its median over samples, sorted.

    ``squares`` are those of all peaks about it, each by its trust, whose sum is ``weight``: the
    chosen peaks alone lie nearer to their median than the species do.
    """
    peaks = np.flatnonzero(chosen)
    peaks = peaks[np.lexsort((evidence.time_min[peaks], candidate[peaks]))]
    met, first, rows = np.unique(candidate[peaks], return_index=True, return_counts=True)
    time = evidence.time_min[peaks]
    medians = (time[first + (rows - 1) // 2] + time[first + rows // 2]) / 2
    cells = {
        "rt_min": medians,
        **_spread(evidence.time_min, candidate, trust, met, medians),
        "trust": np.clip(np.add.reduceat(trust[peaks], first) / rows, 1e-3, 1.0),
        "anchors": np.add.reduceat(evidence.anchor[peaks], first, dtype=np.uint32),
        "rows": rows.astype(np.uint32),
        "candidate": met,
        "training_place": np.minimum.reduceat(peaks, first),
    }
    return candidates.table[met].hstack(pl.DataFrame(cells))


def _spread(
    times: Array, candidate: Places, trust: Array, met: Places, medians: Array
) -> dict[str, Array]:
    """Squares and weight of the peaks of each candidate that was met."""
    size = int(candidate.max()) + 1
    median = np.full(size, np.nan)
    median[met] = medians
    off = times - median[candidate]
    cells = {"squares": trust * off**2, "weight": trust}
    return {n: np.bincount(candidate, v, size)[met].astype(float) for n, v in cells.items()}


def _largest(evidence: Evidence) -> Mask:
    """The largest peak of each name in each sample, of those that elute with no parent.

    Names with an anchor need none.
    """
    anchored = np.zeros(evidence.names.height, dtype=bool)
    anchored[evidence.species[evidence.anchor]] = True
    open_to = ~evidence.has_parent & ~anchored[evidence.species]
    if not (open_to.any() or evidence.anchor.any()):
        open_to = np.ones(len(open_to), dtype=np.bool_)
    order = np.lexsort((evidence.time_min, -evidence.log_area))
    order = order[open_to[order]]
    _, first = np.unique(evidence.spot[order], return_index=True)
    largest = np.zeros(len(open_to), dtype=np.bool_)
    largest[order[first]] = True
    return largest
