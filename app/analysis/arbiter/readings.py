"""The union of two tables as one cohort: every peak of the run once as each program reads it.

Both readings have all peaks, also those that one program alone has, so that a label is judged among
all peaks of the run. They are samples of one cohort, in which what repeats in every sample counts
once, because two programs are not two observations of a peak.
"""

from typing import NamedTuple

import polars as pl

from app.analysis.arbiter.matching import Matched
from app.analysis.names.cells.sample_roles import SAMPLE as SAMPLE_ROLE

FIRST, SECOND = 1, 2
# What the readings are called as samples. A title would be read as the name of a sample, which can
# tell a role, such as "blank".
NAMES = {FIRST: "first program", SECOND: "second program"}
# What the analysis reads, by the headers of a table.
HEADERS = {
    "name": "Name",
    "rt_min": "RT (min)",
    "peak_area": "Area",
    "sample": "Sample",
    "sample_role": "Sample role",
    "anchor": "Anchor",
    "mz": "m/z",
    "adduct": "Adduct",
    "charge": "Charge",
    "isotope_label": "Isotope label",
    "evidence_level": "Evidence level",
}
# What is kept of both programs; ``rows`` has the numbers of the program's rows, joined by +, and is
# empty where the other program alone has the peak.
PEAK, READING, ROWS = "arbiter peak", "arbiter program", "arbiter rows"
TIME_WRITTEN, AREA_WRITTEN = "arbiter RT as written", "arbiter area as written"
TITLE, JOB, SAMPLE = "arbiter title", "arbiter job", "arbiter sample"
COLUMNS = (*HEADERS.values(), PEAK, READING, ROWS, TIME_WRITTEN, AREA_WRITTEN, TITLE, JOB, SAMPLE)


class Titles(NamedTuple):
    """What the two programs are called."""

    first: str
    second: str


class Jobs(NamedTuple):
    """The ids of the jobs with the tables of the two programs; empty if there are none."""

    first: str = ""
    second: str = ""


def readings(matched: Matched, titles: Titles, jobs: Jobs = Jobs()) -> pl.DataFrame:  # noqa: B008 - it cannot change
    """The table that the analysis judges, by headers: two rows for each peak.

    Times are those of the first program's axis, and areas are in its unit.
    """
    first = _reading(matched, FIRST, titles.first, jobs.first)
    second = _reading(matched, SECOND, titles.second, jobs.second)
    return pl.concat([first, second]).sort(READING, "Sample", PEAK, maintain_order=True)


def _reading(matched: Matched, number: int, title: str, job: str) -> pl.DataFrame:
    """Each peak as one program reads it, or else as the other does."""
    sides = (("one", matched.one, 0.0), ("two", matched.other, matched.log_factor))
    own, rest = sides if number == FIRST else sides[::-1]
    peaks = matched.peaks
    is_own = pl.col(f"row_{own[0]}").is_not_null()
    of_own = _annotations(peaks.filter(is_own), *own)
    of_rest = _annotations(peaks.filter(~is_own), *rest).with_columns(pl.lit("").alias(ROWS))
    return _with_roles(pl.concat([of_own, of_rest]), matched, number).select(
        *(pl.col(name).alias(header) for name, header in HEADERS.items()),
        PEAK,
        pl.lit(number).alias(READING),
        *(ROWS, TIME_WRITTEN, AREA_WRITTEN),
        pl.lit(title).alias(TITLE),
        pl.lit(job).alias(JOB),
        SAMPLE,
    )


def _with_roles(rows: pl.DataFrame, matched: Matched, number: int) -> pl.DataFrame:
    """The rows of a reading with it as their sample, the role of that, and anchors in words."""
    several = matched.peaks["sample"].n_unique() > 1
    program = pl.lit(NAMES[number])
    roles = _roles(matched)
    return rows.with_columns(
        pl.col("sample").alias(SAMPLE),
        sample=pl.format("{} · {}", "sample", program) if several else program,
        sample_role=pl.col("sample").replace_strict(roles, return_dtype=pl.String),
        anchor=pl.when("anchor").then(pl.lit("yes")).otherwise(pl.lit("no")),
    )


def _roles(matched: Matched) -> dict[str, str]:
    """The role of each sample: as the first table has it, else the second, else a sample."""
    both = pl.concat(
        [each.select("sample", "sample_role") for each in (matched.one, matched.other)]
    )
    role = pl.col("sample_role").drop_nulls().first().fill_null(SAMPLE_ROLE)
    return dict(both.group_by("sample").agg(role).iter_rows())


def _annotations(
    peaks: pl.DataFrame, side: str, annotations: pl.DataFrame, log_factor: float
) -> pl.DataFrame:
    """The annotations of a program on some peaks, with the areas of all parts together."""
    row, parts = f"row_{side}", f"parts_{side}"
    areas = annotations.select(part="row", part_area="peak_area")
    further = peaks.select("peak", part=parts).explode("part").drop_nulls("part")
    further = further.join(areas, on="part").group_by("peak").agg(pl.col("part_area").sum())
    of_rows = annotations.rename({"row": row})
    joined = peaks.select("peak", row, parts).join(of_rows, on=row, maintain_order="left")
    joined = joined.join(further, on="peak", how="left", maintain_order="left")
    written = pl.col("peak_area") + pl.col("part_area").fill_null(0.0)
    rows = pl.concat_list(pl.col(row).cast(pl.UInt32), pl.col(parts).cast(pl.List(pl.UInt32)))
    return joined.select(
        *("name", "sample", "sample_role", "anchor", "mz", "adduct", "charge"),
        *("isotope_label", "evidence_level"),
        pl.col("time_min").alias("rt_min"),
        (written / 10**log_factor).alias("peak_area"),
        pl.col("peak").alias(PEAK),
        rows.list.eval(pl.element().cast(pl.String)).list.join("+").alias(ROWS),
        pl.col("rt_min").alias(TIME_WRITTEN),
        written.alias(AREA_WRITTEN),
    )
