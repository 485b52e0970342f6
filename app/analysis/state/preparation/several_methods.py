"""Warn of tables that seem to mix two methods: columns, gradients or units of time."""

import numpy as np
import polars as pl

from app.analysis.computing.median import median
from app.analysis.counted import percent
from app.analysis.evidence.array_types import Array, Indices, Mask
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.model.drift.alignment import count_far
from app.analysis.state.data_warning import SHOWN_ROWS, DataWarning
from app.analysis.state.preparation.named_samples import named_samples

CODE = "several_methods"
# In minutes of porcine brain. In a sample of another method more than half of the species elute
# farther than this from their usual times (simulated gradients shorter by a fifth: 55 to 93 %; of
# one method: 28 to 52 %).
FAR_MIN = 0.3
MOST_FAR = 0.5
# Of the samples that are named, the share that may be of the same method as the others; in a table
# of one method, the chance that any sample is named.
FALSE_ALARMS = 0.01
# The share of far species that is assumed lies between this and 1 less this, because no sample
# shows that it is smaller or larger.
LEAST_SHARE = 0.01
# In tables of one method at most three in ten rows are outliers (the simulator, porcine brain); in
# tables of two, more than half of them.
MOST_OUTLIERS, LEAST_JUDGED = 0.45, 30


def sample_warnings(table: pl.DataFrame, arrays: PeakArrays, usual_min: Array) -> list[DataWarning]:
    """Warn of samples whose species elute far from their usual times (species,)."""
    if arrays.samples == 1:
        return []
    far_min = FAR_MIN * arrays.time_scale
    far, shared = count_far(arrays, usual_min, far_min)
    share = far / np.maximum(shared, 1)
    usual = float(median(share[shared > 0])) if shared.any() else 0.0
    off = np.flatnonzero(_is_unusual(share, shared, usual))
    if not len(off):
        return []
    names, rows = named_samples(table, arrays, off)
    text = (
        f"The retention times of {names} do not follow those of the other samples: up to "
        f"{percent(share[off].max())} of their species remain more than {far_min:.2g} min off "
        f"once the drift of each sample is removed, and {percent(usual)} in the typical sample. "
        "If they are of another column or gradient, analyze them by themselves."
    )
    return [DataWarning(CODE, text, rows)]


def _is_unusual(share: Array, shared: Indices, usual: float) -> Mask:
    """Which samples have more far species than chance explains, and more than half of them.

    ``share`` is that of far species among the ``shared`` ones of each sample. Its chance is at most
    that of Chernoff (1952, Ann Math Stat 23:493), by the typical share; so a sample that shares few
    species needs a larger one. Benjamini and Hochberg (1995, J R Stat Soc B 57:289) allow for the
    number of samples.
    """
    # Where half of the samples are of another method, the typical share is theirs.
    usual = float(np.clip(usual, LEAST_SHARE, MOST_FAR))
    likely = np.clip(share, LEAST_SHARE, 1 - LEAST_SHARE)
    apart = likely * np.log(likely / usual) + (1 - likely) * np.log((1 - likely) / (1 - usual))
    log_chance = np.where(share > usual, -shared * apart, 0.0)
    rank = np.arange(1, len(share) + 1)
    passes = np.sort(log_chance) <= np.log(FALSE_ALARMS * rank / len(share))
    limit = np.sort(log_chance)[passes].max(initial=-np.inf)
    found: Mask = (log_chance <= limit) & (share > MOST_FAR)
    return found


def outlier_warnings(rows: pl.DataFrame) -> list[DataWarning]:
    """Warn where too many of the judged ``rows`` (``ROW_SCHEMA``) fit no explanation."""
    judged = int((rows["call"] != "invalid").sum())
    outliers = rows["row"].filter(rows["call"] == "outlier")
    if judged < LEAST_JUDGED or len(outliers) <= MOST_OUTLIERS * judged:
        return []
    text = (
        f"{len(outliers):,} of {judged:,} judged rows fit no retention time. Look whether "
        "the table mixes two columns, gradients or units of time; if it does, analyze each part "
        "by itself."
    )
    return [DataWarning(CODE, text, tuple(outliers[:SHOWN_ROWS].to_list()))]
