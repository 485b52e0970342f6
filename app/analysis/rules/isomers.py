"""Rule 3: how many isomers a name can hold, told from the table.

GD1 is a or b, and the later peak is GD1b: its disialo fragments GD3 and GD2 elute with it, the
monosialo GM3 with the early GD1a. A prefix has two isomers where several names show two peaks, an
even gap apart, that are no fragments; a letter in the name says which.
"""

from dataclasses import replace

import numpy as np
import polars as pl

from app.analysis.rule import Rule, Study

# Cores whose isomers the biosynthetic pathways a, b and c make (Svennerholm 1980, Adv Exp Med Biol
# 125:11); others have two only where anchors say so.
ISOMERIC_CORES = ("GD1", "GT1", "GQ1")
LEAST_GAP_MIN, MOST_GAP_MIN = 0.08, 1.2
# Names that must show the gap before a prefix is taken to have two isomers.
LEAST_NAMES = 3
LEAST_SHARE = 0.5
LEAST_ANCHORED_NAMES = 2
# A modified form of a core that has two needs less: its gap is known, and a stray peak lies at it
# by chance for about one name in twenty.
LEAST_SHARE_MODIFIED = 0.25
# Two gaps agree within this: the gap itself drifts by about 0.02 min per carbon.
GAP_WIDTH_MIN = 0.08
# A second isomer is no trace: it has at least this part of the larger one's area.
LEAST_AREA_RATIO = 0.03

SLOTS = {"prefix": pl.String, "group": pl.String, "isomer": pl.String, "late": pl.Int32}


def apply(study: Study) -> Study:
    """Decide for each prefix between one isomer and two."""
    usable = study.usable
    prefixes = usable.select(pl.col("prefix").unique().sort())["prefix"].to_list()
    gaps = _gaps(usable)
    two = [prefix for prefix in prefixes if _has_two(prefix, gaps)]
    two += [prefix for prefix in prefixes if prefix not in two and _is_like_core(prefix, two, gaps)]
    rows = [row for prefix in prefixes for row in _slots(prefix, usable, prefix in two)]
    slots = pl.DataFrame(rows, schema=SLOTS, orient="row")
    split = slots.filter(pl.col("isomer").is_not_null())["prefix"].unique().to_list()
    verdict = (
        pl.when(pl.col("problem").is_not_null())
        .then(None)
        .when(pl.col("prefix").is_in(split))
        .then(pl.lit("two isomers"))
        .otherwise(pl.lit("one isomer"))
    )
    return replace(study, slots=slots).with_columns(verdict_3=verdict)


def _slots(prefix: str, usable: pl.DataFrame, has_two: bool) -> list[tuple[object, ...]]:
    letters = usable.filter(pl.col("prefix") == prefix)["letter"].drop_nulls().unique().sort()
    if len(letters):
        return [(prefix, f"{prefix}/{x}", x, int(x != letters[0])) for x in letters]
    if has_two:
        return [(prefix, f"{prefix}/a", "a", 0), (prefix, f"{prefix}/b", "b", 1)]
    return [(prefix, prefix, None, 0)]


def _has_two(prefix: str, gaps: pl.DataFrame) -> bool:
    own = gaps.filter(pl.col("prefix") == prefix)
    anchored = own.filter("anchored")
    if _most_agreeing(anchored) >= LEAST_ANCHORED_NAMES:
        return True
    if not prefix.startswith(ISOMERIC_CORES):
        return False
    names = own["names"].max()
    agreeing = _most_agreeing(own)
    return agreeing >= LEAST_NAMES and agreeing >= LEAST_SHARE * float(str(names))


def _is_like_core(prefix: str, two: list[str], gaps: pl.DataFrame) -> bool:
    """Whether a modified form shows the gap of its core."""
    core = prefix.partition("+")[0]
    own = gaps.filter(pl.col("prefix") == prefix)
    if core not in two or own.is_empty():
        return False
    usual = _usual_gap(gaps.filter(pl.col("prefix") == core))
    near = own.filter((pl.col("gap_min") - usual).abs() <= GAP_WIDTH_MIN)
    return near["species"].n_unique() >= LEAST_SHARE_MODIFIED * float(str(own["names"].max()))


def _usual_gap(gaps: pl.DataFrame) -> float:
    """The gap that most names share."""
    values = gaps["gap_min"].to_numpy()
    near = np.abs(values[:, None] - values[None, :]) <= GAP_WIDTH_MIN
    return float(np.median(values[near[near.sum(axis=1).argmax()]]))


def _most_agreeing(gaps: pl.DataFrame) -> int:
    """How many names share a gap, for the gap that most share."""
    if gaps.is_empty():
        return 0
    values = gaps["gap_min"].to_numpy()
    names = gaps["species"].to_numpy()
    near = np.abs(values[:, None] - values[None, :]) <= GAP_WIDTH_MIN
    return max(len(set(names[row])) for row in near)


def _gaps(usable: pl.DataFrame) -> pl.DataFrame:
    """Every pair of peaks of one name that could be two isomers: the difference of their times."""
    counted = usable.with_columns(names=pl.col("species").n_unique().over("prefix"))
    peaks = counted.filter(~pl.col("has_parent") | pl.col("anchor")).select(
        "sample", "species", "prefix", "names", "aligned_rt_min", "peak_area", "anchor"
    )
    pairs = peaks.join(peaks, on=("sample", "species"), suffix="_late")
    gap = pl.col("aligned_rt_min_late") - pl.col("aligned_rt_min")
    ratio = (pl.col("peak_area").log10() - pl.col("peak_area_late").log10()).abs()
    return (
        pairs.filter(
            gap.is_between(LEAST_GAP_MIN, MOST_GAP_MIN), ratio <= -np.log10(LEAST_AREA_RATIO)
        )
        .group_by("prefix", "species", "names", gap.round(2).alias("gap_min"), maintain_order=True)
        .agg(anchored=(pl.col("anchor") & pl.col("anchor_late")).any())
    )


RULE = Rule(
    number=3,
    title="Isomers",
    needs=("prefix", "species", "letter", "has_parent", "aligned_rt_min", "anchor", "sample"),
    gives=("verdict_3",),
    apply=apply,
    sentence=pl.when(pl.col("isomer").is_not_null())
    .then(pl.format("{} has two isomers here; this peak is {}.", "prefix", "isomer"))
    .otherwise(pl.format("{} is taken to have one isomer.", "prefix")),
)
