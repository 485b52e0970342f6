"""Number the samples of a table, and order its rows by sample."""

import numpy as np
import polars as pl

from app.analysis.computing.numbered_texts import FEW, numbered
from app.analysis.evidence.array_types import Indices


def sample_numbers(sample: pl.Series) -> Indices:
    """The rank of each row's sample by name.

    The rows of a sample mostly lie together, so the first of them is looked at alone.
    """
    if len(sample) < FEW:
        return numbered(sample)[0]
    starts = np.flatnonzero(sample.ne_missing(sample.shift()).to_numpy())
    if not len(starts) or starts[0]:
        starts = np.append(0, starts)
    number, _ = numbered(sample[starts])
    return np.repeat(number, np.diff(starts, append=len(sample)))


def sample_order(sample: Indices) -> tuple[Indices | None, Indices, Indices]:
    """Number the samples so that the rows of each lie together.

    ``sample`` has the rank of each row's sample by name. Returns the order in which to sort the
    rows (None where the samples lie together already), the sample of each sorted row, and the rank
    of each sample.
    """
    order = None
    starts = np.flatnonzero(np.diff(sample, prepend=-1))
    if len(starts) > sample.max() + 1:
        order = np.argsort(sample, kind="stable")
        starts = np.flatnonzero(np.diff(sample[order], prepend=-1))
    rank = (sample if order is None else sample[order])[starts]
    sizes = np.diff(starts, append=len(sample))
    return order, np.repeat(np.arange(len(starts)), sizes), rank
