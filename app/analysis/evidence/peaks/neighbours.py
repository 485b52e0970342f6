"""Pairs of peaks of one family that elute together."""

import numpy as np

from app.analysis.evidence.array_types import Array, Indices


def neighbours(family: Indices, times: Array, reach: float) -> tuple[Indices, Indices]:
    """Pairs of positions of peaks of one family that elute within reach of each other, in minutes.

    Sorted by family and time, each peak is compared with the next, those within reach with the one
    after it, and so on: as many steps as peaks elute together.
    """
    order = np.argsort(family * (times.max() - times.min() + 1) + times)
    family, times = family[order], times[order]
    found, here, step = [], np.arange(len(order)), 1
    while len(here):
        here = here[: np.searchsorted(here, len(order) - step)]
        there = here + step
        near = (times[there] - times[here] <= reach) & (family[here] == family[there])
        here = here[near]
        found.append((order[here], order[here + step]))
        step += 1
    first, second = (np.concatenate(ends) for ends in zip(*found, strict=True))
    return first, second
