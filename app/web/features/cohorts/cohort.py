"""Reads a cohort from a result: its samples, cells and groups."""

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from app.analysis.cohort_statistics.cells import TRUE, cells
from app.analysis.cohort_statistics.comparison import compare_groups
from app.analysis.cohort_statistics.groups import chosen_groups, members, suggested_groups
from app.analysis.cohort_statistics.incomplete import missing_members
from app.analysis.cohort_statistics.levels import of_level
from app.analysis.cohort_statistics.measures import CALL, measured, with_incomplete
from app.analysis.cohort_statistics.replicates import group_means
from app.analysis.cohort_statistics.samples import composition, samples
from app.analysis.names.cells.sample_roles import QC
from app.analysis.quantities.notes import notes, on_entered
from app.analysis.quantities.species import Quantities
from app.analysis.quantities.standards import with_standards_set_apart
from app.db.jobs.errors import JobConflictError
from app.db.jobs.tables import Job
from app.storage import Folder
from app.web.features.cohorts.query import CohortQuery
from app.web.features.results.rows import result_of
from app.web.http.faults.errors import QueryError

OF_SPECIES = ("category", "prefix", "carbons", "double_bonds", "hydroxyls")
QC_GROUP = "quality controls"
CALLS_ARE_NOT_COMPARED = (
    "Groups are compared by numbers. Show areas or amounts instead of calls to compare them."
)


@dataclass(frozen=True)
class Cohort:
    """The rows of a result with several samples, and the view of them that a request names.

    ``quantities`` are there if the values are amounts.
    """

    stored_rows: pl.LazyFrame
    query: CohortQuery
    quantities: Quantities | None = None

    @cached_property
    def rows(self) -> pl.LazyFrame:
        """The rows; those of entered standards are set apart."""
        entered = self.query.standards
        return with_standards_set_apart(self.stored_rows, entered) if entered else self.stored_rows

    @cached_property
    def lines(self) -> pl.LazyFrame:
        """The rows with what they are a line of in the matrix as their species."""
        return of_level(self.rows, self.query.by)

    @cached_property
    def samples(self) -> pl.DataFrame:
        """Role, calls, totals, drift and group of each sample, in the order of the table."""
        found = samples(self.rows)
        group = found["sample"].replace_strict(self.groups_of(found), return_dtype=pl.String)
        return found.with_columns(group=group)

    def groups_of(self, found: pl.DataFrame) -> dict[str, str]:
        """The group of each sample; empty for none."""
        if self.query.group:
            return chosen_groups(found["sample"].to_list(), self.query.group)
        return suggested_groups(dict(found.select("sample", "role").iter_rows()))

    @cached_property
    def groups(self) -> dict[str, list[str]]:
        """The samples of each group."""
        return members(dict(self.samples.select("sample", "group").iter_rows()))

    @cached_property
    def cells(self) -> pl.DataFrame:
        """The cells of all lines, with their values."""
        amounts = None
        if self.quantities:
            amounts = of_level(self.quantities.species.lazy(), self.query.by).collect()
        found = measured(cells(self.lines), self.query.measure, amounts)
        return with_incomplete(found, missing_members(self.rows, self.query.by))

    @cached_property
    def notes(self) -> list[str]:
        """What to know of amounts and standards before the values are read."""
        if self.quantities:
            return notes(self.quantities)
        return on_entered(self.stored_rows, self.query.standards)

    @cached_property
    def species(self) -> pl.DataFrame:
        """The wanted lines with class and ceramide, in the order of classes."""
        is_true = pl.col("call") == "true"
        found = self.lines.filter(pl.col("species").is_not_null()).group_by("species")
        table = found.agg(pl.col(*OF_SPECIES).first(), is_true=is_true.any()).collect()
        if not self.query.every:
            table = table.filter("is_true")
        if self.query.prefix:
            table = table.filter(pl.col("prefix") == self.query.prefix)
        return table.sort(*OF_SPECIES, "species")

    @cached_property
    def means(self) -> pl.DataFrame:
        """Mean and variation of each species in each group."""
        return group_means(self.cells, self.groups)

    @cached_property
    def qc_variation(self) -> dict[str, float]:
        """The coefficient of variation of each species in the quality controls, in percent."""
        names = self.samples.filter(pl.col("role") == QC)["sample"].to_list()
        found = group_means(self.cells, {QC_GROUP: names}).drop_nulls("cv_percent")
        return dict(found.select("species", "cv_percent").iter_rows())

    def composition(self) -> dict[str, dict[str, float | None]]:
        """The percent of area of each category, by sample."""
        found: dict[str, dict[str, float | None]] = {}
        for sample, name, _, percent in composition(self.rows, "category").iter_rows():
            found.setdefault(sample, {})[name] = percent
        return found

    def compared(self, one: str, other: str) -> pl.DataFrame:
        """The wanted species in two groups.

        Raises:
            QueryError: There is no such group, both are the same, or the values are calls.
        """
        if self.query.measure == CALL:
            raise QueryError(CALLS_ARE_NOT_COMPARED)
        known = ", ".join(self.groups) or "none; name a group for each sample"
        if not one or not other:
            raise QueryError(f"Name two groups, one and other. The groups are: {known}.")
        for name in (one, other):
            if name not in self.groups:
                raise QueryError(f"There is no group {name!r}. The groups are: {known}.")
        if one == other:
            raise QueryError("Choose two different groups to compare.")
        wanted = self.cells.filter(pl.col("species").is_in(self.species["species"].implode()))
        return compare_groups(wanted, self.groups[one], self.groups[other], (one, other))

    def usual_pair(self) -> tuple[str, str]:
        """The first two groups that are no quality controls; empty names if there are fewer."""
        controls = set(self.samples.filter(pl.col("role") == QC)["sample"])
        names = [name for name, those in self.groups.items() if not controls.issuperset(those)]
        return (names[0], names[1]) if len(names) > 1 else ("", "")

    def existing_pair(self, one: str, other: str) -> tuple[str, str]:
        """The pair with a usual group in place of a name that no group has, as after a renaming."""
        usual = self.usual_pair()
        if not all((*usual, one, other)):
            return one, other
        if one not in self.groups:
            one = next(name for name in usual if name != other)
        if other not in self.groups:
            other = next(name for name in usual if name != one)
        return one, other

    def wide(self, column: str, species: list[str], names: list[str]) -> dict[str, list[object]]:
        """A column of the cells for some species: their values in the order of the samples."""
        wanted = self.cells.filter(
            pl.col("species").is_in(species), pl.col("sample").is_in(names)
        ).select("species", "sample", column)
        found: dict[tuple[str, str], object] = {(s, n): value for s, n, value in wanted.iter_rows()}
        return {each: [found.get((each, name)) for name in names] for each in species}

    def value_range(self) -> tuple[float, float]:
        """The least and the largest positive value of the wanted species, for the colours."""
        shown = self.cells.filter(
            pl.col("state") == TRUE, pl.col("species").is_in(self.species["species"].implode())
        )
        values = shown.filter(pl.col("value") > 0)["value"]
        low, high = values.min(), values.max()
        return (float(low), float(high)) if values.len() else (1.0, 1.0)  # type: ignore[arg-type]


def cohort_of(
    job: Job, storage: Folder, query: CohortQuery, quantities: Quantities | None = None
) -> Cohort:
    """The cohort of a job's result; ``quantities`` are needed for amounts.

    Raises:
        JobConflictError: The job has no result, or one with a single sample.
    """
    found = Cohort(result_of(job, storage).rows(), query, quantities)
    if found.samples.height < 2:
        raise JobConflictError(
            "This table has one sample. A cohort needs several: a column for the sample, an area "
            "column for each sample, or several files that are analyzed together."
        )
    return found
