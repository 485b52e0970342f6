"""How likely each explanation of a peak is: what its label says, a fragment, or neither.

Every peak of a name is the species itself (its retention time is the predicted one), a fragment of
a peak that elutes with it, a fragment of a species that is predicted there but was not picked, or
something else (any time of the run is as likely). Peak areas weigh in: species are larger than
noise, fragments smaller than their parents. Of the peaks of one name and isomer at most one is it.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from app.analysis.losses import CERAMIDE, LOSABLE, can_come_from
from app.analysis.regression import Array
from app.analysis.retention import SPECIES_COLUMNS, RetentionModel
from app.analysis.rule import Study

# Measured on porcine brain: about 50 % of rows are what they say, 21 % fragments (of which a
# quarter miss their parent), 29 % neither. What the table shows outweighs it after some rows.
SHARES = {"true": 0.50, "fragment": 0.16, "virtual": 0.05, "other": 0.29}
# Measured likewise, in log10 of the peak area: species 5.46 +- 0.83, noise 4.83 +- 0.55; here
# relative to the median, for an instrument's units are its own.
TRUE_AREA, OTHER_AREA = (0.20, 0.83), (-0.40, 0.55)
# log10 of fragment over parent: quantiles 10/25/50/75/90 % of .003/.011/.025/.20/.38.
RATIO_MEAN, RATIO_SD = -1.40, 0.85
PRIOR_ROWS = 40.0
# An anchor is right unless much speaks against it: 47 of 49 were on porcine brain.
ANCHOR_IS_RIGHT = 0.95
# The least trust in a parent: it may be an ion that no explanation here covers.
LEAST_CREDIBILITY = 0.02
LEAST_DENSITY = 1e-300
# Both isomers are possible where a peak lies within the 95 % interval of each.
UNRESOLVED_SDS = 1.96
MOST_LOG_ODDS = 60.0
LOG_ROOT_2_PI = 0.5 * math.log(2 * math.pi)
EXPLANATIONS = ("true", "fragment", "virtual", "other")


@dataclass(frozen=True)
class Mixture:
    """The shares of the explanations, and mean and spread of log10 area of species and others."""

    shares: dict[str, float]
    true_area: tuple[float, float]
    other_area: tuple[float, float]
    window_min: float

    @classmethod
    def of(cls, peaks: pl.DataFrame) -> "Mixture":
        """What is expected of a table before it is looked at closely."""
        median = float(np.median(np.log10(peaks["peak_area"].to_numpy())))
        times = peaks["aligned_rt_min"].to_numpy()
        low, high = np.quantile(times, [0.02, 0.98])
        return cls(
            shares=SHARES,
            true_area=(median + TRUE_AREA[0], TRUE_AREA[1]),
            other_area=(median + OTHER_AREA[0], OTHER_AREA[1]),
            window_min=max(float(high - low), 1.0),
        )

    def updated(self, attributed: pl.DataFrame) -> "Mixture":
        """The mixture that the attributed peaks show, this one counting for ``PRIOR_ROWS``."""
        sums = {name: float(attributed[f"p_{name}"].sum()) for name in EXPLANATIONS}
        total = sum(sums.values()) + PRIOR_ROWS
        area = np.log10(attributed["peak_area"].to_numpy())
        p_true, p_other = attributed["p_true"].to_numpy(), attributed["p_other"].to_numpy()
        return replace(
            self,
            shares={n: (sums[n] + PRIOR_ROWS * SHARES[n]) / total for n in EXPLANATIONS},
            true_area=_moments(area, p_true, self.true_area),
            other_area=_moments(area, p_other, self.other_area),
        )


def attribute(
    study: Study, model: RetentionModel, mixture: Mixture, p_other: pl.DataFrame
) -> pl.DataFrame:
    """The usable peaks, each with its best isomer, prediction and ``p_`` of each explanation.

    ``p_true`` takes the other peaks of the same name and isomer into account. ``p_other`` (row,
    p_other) is what is thought of the peaks so far, to judge them as parents.
    """
    peaks = with_predictions(study, model)
    area = pl.col("peak_area").log10()
    peaks = peaks.with_columns(
        l_true=_log_normal(pl.col("aligned_rt_min") - pl.col("aligned_prediction_min"), "sd_min")
        + _log_normal_at(area, mixture.true_area)
        + np.log(mixture.shares["true"]),
        l_area=_log_normal_at(area, mixture.other_area),
    ).with_columns(l_other=np.log(mixture.shares["other"] / mixture.window_min) + pl.col("l_area"))
    children = _fragments(study.pairs, study.fragment_sd_min, p_other, mixture.shares["fragment"])
    orphans = _virtual(model, peaks, mixture.shares["virtual"])
    for found in (children, orphans):
        peaks = peaks.join(found, on="row", how="left", maintain_order="left")
    return _posteriors(peaks)


def with_predictions(study: Study, model: RetentionModel) -> pl.DataFrame:
    """The usable peaks with the isomer they fit best and its predicted retention time."""
    candidates = study.usable.join(study.slots, on="prefix", how="left", maintain_order="left")
    candidates = candidates.filter(
        pl.col("letter").is_null() | (pl.col("letter") == pl.col("isomer"))
    )
    species = candidates.select("species", *SPECIES_COLUMNS).unique(("species", "group"))
    predicted = model.predict(species).select(
        "species",
        "group",
        aligned_prediction_min="predicted_rt_min",
        sd_min="prediction_sd_min",
    )
    joined = candidates.join(predicted, on=("species", "group"), how="left", maintain_order="left")
    miss = (pl.col("aligned_rt_min") - pl.col("aligned_prediction_min")).abs() / pl.col("sd_min")
    is_single = pl.col("isomer").is_null() | pl.col("letter").is_not_null()
    several = joined.filter(~is_single).with_columns(miss=miss).sort("row", "miss")
    best = several.unique("row", keep="first", maintain_order=True).drop("miss")
    second = several.filter(pl.col("miss") <= UNRESOLVED_SDS).group_by("row").len("fitting_isomers")
    best = best.join(second, on="row", how="left", maintain_order="left")
    single = joined.filter(is_single).with_columns(fitting_isomers=pl.lit(1, dtype=pl.UInt32))
    return pl.concat([single, best]).sort("row")


def _fragments(
    pairs: pl.DataFrame, spread: float, p_other: pl.DataFrame, share: float
) -> pl.DataFrame:
    """For each child: the log likelihood of being a fragment of a peak that elutes with it.

    A parent counts as far as it is likely to be an ion of the sample at all.
    """
    weighted = pairs.join(p_other, left_on="parent", right_on="row").with_columns(
        weight=_log_normal_at(pl.col("difference_min"), (0.0, spread))
        + _log_normal_at(pl.col("log_ratio"), (RATIO_MEAN, RATIO_SD))
        + (1 - pl.col("p_other")).clip(LEAST_CREDIBILITY, 1.0).log()
    )
    largest = pl.col("weight").max()
    likelihood = largest + (pl.col("weight") - largest).exp().sum().log() + np.log(share)
    return weighted.group_by(row="child").agg(l_fragment=likelihood)


def _virtual(model: RetentionModel, peaks: pl.DataFrame, share: float) -> pl.DataFrame:
    """For each orphan: the log likelihood of being a fragment of a species that was not picked."""
    orphans = peaks.filter(~pl.col("has_parent"))
    parents = _possible_parents(model, orphans)
    scored = orphans.select("row", "aligned_rt_min", "l_area", "prefix", *CERAMIDE).join(
        parents, on=("prefix", *CERAMIDE)
    )
    density = _log_normal(pl.col("aligned_rt_min") - pl.col("parent_rt_min"), "parent_sd_min").exp()
    likelihood = density.mean().clip(LEAST_DENSITY).log() + pl.col("l_area").first() + np.log(share)
    return scored.group_by("row").agg(l_virtual=likelihood)


def _possible_parents(model: RetentionModel, orphans: pl.DataFrame) -> pl.DataFrame:
    """For each prefix and ceramide: the heavier groups it can come from, with their predictions."""
    glycan = ("sialic", "neutral_sugars", "hexnac_added", "late", "oacetyl")
    groups = model.training.unique("group", maintain_order=True).select("group", *glycan, *LOSABLE)
    children = orphans.unique(("prefix", *CERAMIDE), maintain_order=True)
    children = children.select("prefix", *CERAMIDE, *LOSABLE)
    pairs = children.join(groups, on="oacetyl", suffix="_parent").filter(can_come_from())
    pairs = pairs.with_columns(dhex="dhex_parent")
    return model.predict(pairs).select(
        "prefix", *CERAMIDE, parent_rt_min="predicted_rt_min", parent_sd_min="prediction_sd_min"
    )


def _posteriors(peaks: pl.DataFrame) -> pl.DataFrame:
    """Odds of being true against all else, shared among the peaks of one name and isomer."""
    names = ("fragment", "virtual", "other")
    logs = [pl.col(f"l_{name}").fill_null(-np.inf) for name in names]
    largest = pl.max_horizontal(logs)
    relative = [(log - largest).exp() for log in logs]
    total = pl.sum_horizontal(relative)
    bonus = pl.when("anchor").then(np.log(ANCHOR_IS_RIGHT / (1 - ANCHOR_IS_RIGHT))).otherwise(0.0)
    log_odds = (pl.col("l_true") + bonus - largest - total.log()).clip(
        -MOST_LOG_ODDS, MOST_LOG_ODDS
    )
    rest = {f"q_{n}": part / total for n, part in zip(names, relative, strict=True)}
    peaks = peaks.with_columns(odds=log_odds.exp(), **rest)
    all_odds = pl.col("odds").sum().over("sample", "species", "group")
    peaks = peaks.with_columns(p_true=pl.col("odds") / (1 + all_odds))
    others = {f"p_{n}": (1 - pl.col("p_true")) * pl.col(f"q_{n}") for n in names}
    return peaks.with_columns(**others)


def _moments(
    area: Array,
    p: Array,
    prior: tuple[float, float],
) -> tuple[float, float]:
    count = p.sum() + PRIOR_ROWS
    mean = (np.sum(p * area) + PRIOR_ROWS * prior[0]) / count
    square = np.sum(p * (area - mean) ** 2) + PRIOR_ROWS * (prior[1] ** 2 + (prior[0] - mean) ** 2)
    return float(mean), float(np.sqrt(square / count))


def _log_normal(miss: pl.Expr, sd: str) -> pl.Expr:
    return (miss / pl.col(sd)) ** 2 * -0.5 - pl.col(sd).log() - LOG_ROOT_2_PI


def _log_normal_at(value: pl.Expr, moments: tuple[float, float]) -> pl.Expr:
    mean, sd = moments
    return ((value - mean) / sd) ** 2 * -0.5 - math.log(sd) - LOG_ROOT_2_PI
