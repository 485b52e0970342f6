"""Intercepts of a prefix that may explain its peaks almost as well as those that were found."""

import msgspec
import numpy as np

from app.analysis.evidence.array_types import Array, Indices
from app.analysis.evidence.explaining.rival_lines import probability_of_rival
from app.analysis.model.intercepts.prefix_search import PrefixSearch

# The number of rivals that are kept, and the least probability of one.
MOST_RIVALS, LEAST_PROBABILITY = 3, 0.02


class RivalIntercepts(msgspec.Struct, frozen=True, eq=False):
    """Other intercepts of a prefix, in minutes.

    ``log_odds`` are those of the best intercepts against these before the peaks are looked at.
    ``shares`` (intercepts, peaks) are the probabilities that the peaks ``rows`` belong to each.
    Peaks lie about an intercept within the standard deviation ``width_min``, and intercepts within
    ``prior_sd_min`` about what the glycan predicts.
    """

    at: list[float]
    log_odds: float
    rows: Indices
    shares: Array
    width_min: float
    prior_sd_min: float


def rival_intercepts(
    search: PrefixSearch, found: list[float], refused: float | None
) -> list[RivalIntercepts]:
    """The likeliest rivals of the intercepts that a search found, in its order.

    ``refused`` is a further intercept that was almost likely enough.
    """
    neighbours = _neighbours(search, found, refused)
    if not neighbours:
        return []
    scores, best = search.scores, search.scores.of_peaks(found)
    prior, *priors = search.log_priors([found, *neighbours])
    rivals = []
    for at, other in zip(neighbours, priors, strict=True):
        log_odds = prior - other
        p = probability_of_rival(best - scores.of_peaks(at), scores.count, log_odds)
        if p >= LEAST_PROBABILITY:
            shares, sds = scores.shares(at), (scores.width_min, search.priors.sd_min)
            rivals.append((p, RivalIntercepts(at, log_odds, search.rows, shares, *sds)))
    rivals.sort(key=lambda one: -one[0])
    return [rival for _, rival in rivals[:MOST_RIVALS]]


def _neighbours(
    search: PrefixSearch, found: list[float], refused: float | None
) -> list[list[float]]:
    """Sets with another first intercept, and with one less or more.

    No intercept at all is no rival: the glycan alone then predicts the peaks, and so loosely that
    in small tables whatever elutes near it would gain.
    """
    others = [[at, *found[1:]] for at in _other_firsts(search, found)]
    if len(found) > 1:
        others.append(found[:-1])
    if refused is not None:
        others.append([*found, refused])
    return others


def _other_firsts(search: PrefixSearch, found: list[float]) -> list[float]:
    """The places of the best first intercepts that are none of those found.

    Each explains the peaks better than no intercept does.
    """
    scores, total = search.scores, search.log_odds_of_first.copy()
    places: list[float] = []
    for at in found:
        total[np.abs(scores.grid - at) < search.least_gap_min] = -np.inf
    for _ in range(MOST_RIVALS):
        place = int(np.argmax(total))
        if total[place] <= 0:
            break
        at = scores.refined(place)
        if all(abs(at - other) >= search.least_gap_min for other in (*found, *places)):
            places.append(at)
        total[np.abs(scores.grid - scores.grid[place]) < search.least_gap_min] = -np.inf
    return places
