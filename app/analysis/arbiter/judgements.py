"""Which of two programs is right about each peak, by the analysis of both readings together."""

import numpy as np
import polars as pl

from app.analysis.arbiter.differences import with_differences
from app.analysis.arbiter.familiarity import CERAMIDE, familiarity
from app.analysis.arbiter.judgeable import Judged, judged
from app.analysis.arbiter.readings import (
    AREA_WRITTEN,
    FIRST,
    PEAK,
    READING,
    ROWS,
    SAMPLE,
    SECOND,
    TIME_WRITTEN,
)
from app.analysis.evidence.array_types import Array, Mask

BOTH, NEITHER, UNDECIDED, NOT_JUDGED = "both", "neither", "undecided", "not_judged"
OUTCOMES = ("first", "second", BOTH, NEITHER)
# An outcome is the judgement from this probability on.
DECIDED_FROM = 0.75
# No evidence makes an annotation surer than this.
SUREST = 0.999
OF_ROWS = (
    *("row", "name", "species", "molecular_name", "adduct", "mz", "rt_min", "peak_area"),
    *("call", "confidence", "predicted_rt_min", "mass_error_ppm", "parent_row"),
    "set_apart",
    *("prefix", *CERAMIDE),
)
# The same in both readings.
SHARED = ("peak", "sample")
SHORT = {"molecular_name": "molecular"}


def judge(table: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """One row for each peak with both annotations and the judgement.

    ``table`` has the readings (``readings``), and ``rows`` are those of their analysis, in their
    order. Of each side (``first``, ``second``) there are the columns ``OF_ROWS``, ``rows`` and
    ``is_in``. ``p_`` is the probability of each of ``OUTCOMES``, ``judgement`` the outcome,
    ``undecided``, or ``not_judged`` where the analysis judged no label that could be compared, and
    ``likeliest`` the outcome with the greatest ``probability``; both and ``p_`` are null where
    nothing was judged. ``usual_`` of each side is how usual its annotation is (``familiarity``).
    """
    peaks = with_differences(_side_by_side(table, rows))
    labels = judged(peaks)
    first, second = labels.first, labels.second
    in_first, in_second = (peaks[f"is_in_{side}"].to_numpy() for side in SIDES)
    differ = ~(peaks["kind"] == "same").to_numpy()
    usual, usual_second = _familiarity(peaks, (first + second) / 2)
    first, second = _with_prior(first, usual), _with_prior(second, usual_second)
    p = probabilities(first, second, in_first, in_second, differ)
    return _with_outcomes(peaks, p, labels).with_columns(
        usual_first=pl.Series(usual), usual_second=pl.Series(usual_second)
    )


def _with_outcomes(peaks: pl.DataFrame, p: Array, labels: Judged) -> pl.DataFrame:
    """The peaks with the outcomes and their probabilities ``p`` (n, 4)."""
    likeliest = p.argmax(axis=1)
    words = np.array(OUTCOMES)[likeliest]
    highest = p[np.arange(len(p)), likeliest]
    is_decided = highest >= DECIDED_FROM
    # If only one of two labels was judged, it is right or nothing is said.
    is_right = is_decided & (words != NEITHER)
    is_judged = labels.is_possible & (is_right | ~labels.is_one_sided)
    judgement = np.where(is_decided, words, UNDECIDED)
    found = peaks.with_columns(
        judgement=pl.Series(np.where(is_judged, judgement, NOT_JUDGED), dtype=pl.String),
        likeliest=pl.Series(words, dtype=pl.String),
        probability=pl.Series(highest),
        **{f"p_{name}": pl.Series(p[:, place]) for place, name in enumerate(OUTCOMES)},
    )
    of_outcomes = pl.col("likeliest", "probability", *(f"p_{name}" for name in OUTCOMES))
    return found.with_columns(pl.when(pl.Series(is_judged)).then(of_outcomes))


SIDES = {"first": FIRST, "second": SECOND}


def probabilities(
    first: Array, second: Array, in_first: Mask, in_second: Mask, differ: Mask
) -> Array:
    """The probability (n, 4) of each of ``OUTCOMES``.

    ``first`` and ``second`` (n,) are the probabilities of the two labels, each judged in its own
    reading. Of two labels that ``differ`` at most one is right, so their odds against neither are
    compared. Who alone has a peak is right if it is a species, and the other one if it is not.
    """
    p = np.zeros((len(first), len(OUTCOMES)))
    odds = [_odds(each) for each in (first, second)]
    rest = 1 + odds[0] + odds[1]
    both = differ & in_first & in_second
    p[both, 0], p[both, 1], p[both, 3] = (
        each[both] for each in (odds[0] / rest, odds[1] / rest, 1 / rest)
    )
    either = np.clip((first + second) / 2, 1 - SUREST, SUREST)
    same = ~differ
    p[same, 2], p[same, 3] = either[same], 1 - either[same]
    for own, has in ((0, in_first & ~in_second), (1, in_second & ~in_first)):
        p[has, own], p[has, 1 - own] = either[has], 1 - either[has]
    return p


def _familiarity(peaks: pl.DataFrame, confidence: Array) -> tuple[Array, Array]:
    """How usual the annotations of both programs are; 1 where they agree."""
    weighed = peaks.with_columns(weight=pl.Series(confidence))
    is_agreed = (pl.col("kind") == "same") & pl.col("species_first").is_not_null()
    columns = ("prefix", *CERAMIDE)
    agreed = weighed.filter(is_agreed).select(
        "weight", **{name: f"{name}_first" for name in columns}
    )
    is_same = (peaks["kind"] == "same").to_numpy()
    first, second = (
        familiarity(peaks.select(**{name: f"{name}_{side}" for name in columns}), agreed)
        for side in SIDES
    )
    return np.where(is_same, 1.0, first), np.where(is_same, 1.0, second)


def _with_prior(probability: Array, factor: Array) -> Array:
    """Probabilities whose odds are multiplied by a factor."""
    likely = np.clip(probability, 1e-12, 1 - 1e-12)
    odds = factor * likely / (1 - likely)
    found: Array = odds / (1 + odds)
    return found


def _odds(probability: Array) -> Array:
    likely = np.clip(probability, 1 - SUREST, SUREST)
    odds: Array = likely / (1 - likely)
    return odds


def _side_by_side(table: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    marks = table.select(
        peak=PEAK,
        reading=READING,
        rows=pl.col(ROWS).fill_null("").cast(pl.String),
        sample=SAMPLE,
        written_rt_min=TIME_WRITTEN,
        written_area=AREA_WRITTEN,
    )
    facts = pl.concat([marks, _with_parents(rows.select(*OF_ROWS))], how="horizontal")
    sides = []
    for side, number in SIDES.items():
        own = facts.filter(pl.col("reading") == number).drop("reading")
        own = own.drop("sample", strict=False) if side == "second" else own
        own = own.with_columns(is_in=pl.col("rows") != "").rename(SHORT)
        sides.append(
            own.rename({name: f"{name}_{side}" for name in own.columns if name not in SHARED})
        )
    return sides[0].join(sides[1], on="peak", validate="1:1").sort("peak")


def _with_parents(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with the name of their parent."""
    parents = rows.select(parent_row="row", parent="name")
    return rows.join(parents, on="parent_row", how="left", maintain_order="left")
