"""A peak table under study: what the rules hand on from one to the next."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from app.analysis.alignment import aligned
from app.analysis.data_warning import DataWarning
from app.analysis.errors import PeakTableError
from app.analysis.evidence import Evidence, Pairs, Places, with_codes
from app.analysis.parallel import in_threads
from app.analysis.regression import Mask
from app.analysis.retention import RetentionModel
from app.analysis.settings import AnalysisSettings
from app.analysis.species import species_of

MOST_RT_MIN = 10_000
LEAST_AREA, MOST_AREA = 1e-100, 1e100

Verdicts = NDArray[np.uint8]
# What a rule finds of each peak: numbers, with NaN where there is none, or choices of its words.
Found = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Study:
    """A peak table under study; each rule returns one with more in it.

    ``table`` has every row of the input (``PEAK_SCHEMA``), with the problem of each that cannot be
    used, ``named`` (rows,) the species of each, a number into ``catalogue`` or -1. The rows that
    can be used are the ``evidence``. ``found`` are the columns that the rules gave, arrays over the
    evidence, and ``words`` what the numbers of those that are choices stand for. ``slots`` are the
    isomers each prefix can have, ``fitted`` the samples that models are fitted to and
    ``fitted_places`` where they lie, ``findings`` what a rule says of a whole prefix (prefix,
    verdict, sentence).
    """

    table: pl.DataFrame
    named: Places
    catalogue: pl.DataFrame
    evidence: Evidence
    settings: AnalysisSettings
    found: Found = field(default_factory=dict)
    words: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)
    gate_min: float = 0.0
    fitted: Evidence | None = None
    fitted_places: Places = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    slots: pl.DataFrame = field(default_factory=pl.DataFrame)
    model: RetentionModel | None = None
    findings: Mapping[int, pl.DataFrame] = field(default_factory=dict)
    warnings: tuple[DataWarning, ...] = ()

    @property
    def names(self) -> pl.DataFrame:
        """The species of the rows that can be used."""
        return self.evidence.names

    def __getitem__(self, column: str) -> NDArray[Any]:
        """What a rule found, (n,) over the evidence."""
        return self.found[column]

    def with_found(self, found: Found, **words: tuple[str | None, ...]) -> "Study":
        """The study with what a rule found, and the words of what are choices."""
        return replace(self, found={**self.found, **found}, words={**self.words, **words})

    def in_blocks(self, judge: Callable[["Study"], Found]) -> Found:
        """What ``judge`` finds, a block of whole samples at a time."""
        blocks = self.evidence.blocks
        if len(blocks) == 1:
            return judge(self)
        parts = in_threads(lambda block: judge(self.block(block)), blocks)
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def block(self, block: slice) -> "Study":
        """The study of some samples alone, whose peaks count from 0."""
        found = {name: values[block] for name, values in self.found.items()}
        return replace(self, evidence=self.evidence.block(block), found=found)

    def find(self, number: int, findings: pl.DataFrame) -> "Study":
        """The study with what a rule says of prefixes; the peaks get its verdict."""
        prefixes = self.names["prefix"].unique().sort().to_list()
        verdicts = dict(findings.select("prefix", "verdict").iter_rows())
        words = (*dict.fromkeys(verdicts.values()), None)
        of_prefix = np.array([words.index(verdicts.get(name)) for name in prefixes], dtype=np.uint8)
        judged = self.with_found(
            {f"verdict_{number}": of_prefix[self.evidence.prefix]}, **{f"verdict_{number}": words}
        )
        return replace(judged, findings={**self.findings, number: findings})

    def warn(self, *warnings: DataWarning) -> "Study":
        """The study with warnings about the data."""
        return replace(self, warnings=(*self.warnings, *warnings))

    def column(self, name: str) -> pl.Series:
        """What a rule found, for every row of the table; null where there is nothing."""
        values = self.found[name]
        if name in self.words:
            return self.of_rows(_worded(values, self.words[name])).alias(name)
        series = pl.Series(name, values)
        if series.dtype.is_float() and np.isnan(values).any():
            series = series.fill_nan(None)
        return self.of_rows(series)

    def of_rows(self, values: pl.Series) -> pl.Series:
        """Values of the evidence for every row of the table, null for one that cannot be used."""
        return values if self._place is None else values.gather(self._place)

    @cached_property
    def peaks(self) -> pl.DataFrame:
        """Every row with what its name says and with all that the rules found."""
        found = [self.column(name) for name in self.found]
        told = pl.concat([self.table, self.described()], how="horizontal")
        return told.with_columns(found).with_columns(gate_min=pl.lit(self.gate_min))

    def described(self, *columns: str) -> pl.DataFrame:
        """What the name of every row says: some columns of ``SPECIES_SCHEMA``, or all."""
        named = pl.Series(self.named)
        if len(named) and self.named.min() < 0:
            named = named.set(named < 0, None)
        return self.catalogue.select(columns or self.catalogue.columns).select(
            pl.all().gather(named)
        )

    @cached_property
    def _place(self) -> pl.Series | None:
        """Each row's place in the evidence, null where it has none; None if all is in order."""
        row = self.evidence.row
        if len(row) == self.table.height and bool(np.all(np.diff(row.astype(np.int64)) == 1)):
            return None
        place = np.full(self.table.height, -1, dtype=np.int64)
        place[row - 1] = np.arange(len(row))
        places = pl.Series(place)
        return places.set(places < 0, None)


def _worded(values: NDArray[Any], words: tuple[str | None, ...]) -> pl.Series:
    return pl.Series(words, dtype=pl.String).gather(pl.Series(values))


def first_that_holds(*cases: Mask) -> Verdicts:
    """The number of the first case that holds of each peak, or how many cases there are."""
    chosen = np.full(len(cases[0]), len(cases), dtype=np.uint8)
    for number in reversed(range(len(cases))):
        chosen[cases[number]] = number
    return chosen


def begin(table: pl.DataFrame, settings: AnalysisSettings) -> Study:
    """The study of a peak table (``PEAK_SCHEMA``) before its first rule.

    Raises:
        PeakTableError: no row can be used.
        ValueError: the rows are not numbered from 1 on.
    """
    if table.is_empty():
        raise PeakTableError("The peak table has no rows. Choose one with at least one row.")
    if not np.array_equal(table["row"].to_numpy(), np.arange(1, table.height + 1)):
        raise ValueError("The rows of a peak table are numbered from 1 on.")
    name, names = _coded(table["name"])
    parsed = species_of(names)
    number = parsed.select((pl.col("species").rank("dense") - 1).fill_null(-1).cast(pl.Int64))
    named = np.append(number.to_series().to_numpy(), -1)[name]
    catalogue = parsed.drop("name", "name_problem").drop_nulls("species")
    catalogue = catalogue.unique("species").sort("species")
    table = _with_problems(table, name, parsed["name_problem"])
    usable = _usable_rows(table)
    evidence = _evidence(table, usable, named, catalogue)
    return Study(table, named, catalogue, aligned(evidence), settings)


def _coded(text: pl.Series) -> tuple[Places, list[str]]:
    """A number for each text, -1 where there is none, and the texts in order."""
    texts = text.unique().drop_nulls().sort()
    numbers = text.cast(pl.Enum(texts)).to_physical().cast(pl.Int64)
    if numbers.has_nulls():
        numbers = numbers.fill_null(-1)
    return numbers.to_numpy(), texts.to_list()


def _with_problems(table: pl.DataFrame, name: Places, problems: pl.Series) -> pl.DataFrame:
    """The table with the problems of names, and of numbers that no instrument gives.

    The latter would swamp all others.
    """
    absurd = (
        pl.when(pl.col("rt_min").abs() > MOST_RT_MIN)
        .then(pl.lit(f"Its retention time is beyond {MOST_RT_MIN:,} min."))
        .when(~pl.col("peak_area").is_between(LEAST_AREA, MOST_AREA))
        .then(pl.lit(f"Its volume is not between {LEAST_AREA:g} and {MOST_AREA:g}."))
    )
    is_odd = (pl.col("rt_min").abs() > MOST_RT_MIN) | ~pl.col("peak_area").is_between(
        LEAST_AREA, MOST_AREA
    )
    if problems.null_count() == len(problems) and not table.select(is_odd.any()).item():
        return table
    of_name = pl.concat([problems, pl.Series([None], dtype=pl.String)]).gather(
        np.where(name < 0, len(problems), name)
    )
    return table.with_columns(problem=pl.coalesce("problem", of_name, absurd))


def _usable_rows(table: pl.DataFrame) -> Places:
    """The places of the rows without a problem."""
    if table["problem"].null_count() == 0:
        reasons = table["problem"].value_counts(sort=True)
        raise PeakTableError(
            f"None of the {table.height:,} rows can be used. The most frequent reason: "
            f"{reasons['problem'][0]}"
        )
    return np.flatnonzero(table["problem"].is_null().to_numpy())


def _in_order(sample: Places) -> tuple[Places | None, Places, Places]:
    """How to sort rows so that samples lie together, the samples then, and their ranks by name.

    ``sample`` has the ranks. Rows stay as they are where their samples lie together already.
    """
    order = None
    starts = np.flatnonzero(np.diff(sample, prepend=-1))
    if len(starts) > sample.max() + 1:
        order = np.argsort(sample, kind="stable")
        starts = np.flatnonzero(np.diff(sample[order], prepend=-1))
    rank = (sample if order is None else sample[order])[starts]
    sizes = np.diff(starts, append=len(sample))
    return order, np.repeat(np.arange(len(starts)), sizes), rank


def _evidence(
    table: pl.DataFrame, usable: Places, named: Places, catalogue: pl.DataFrame
) -> Evidence:
    """The usable rows, sample by sample."""
    if len(usable) < table.height:
        table = table[usable]
    sample, _ = _coded(table["sample"])
    order, sample, rank = _in_order(sample)

    def sorted_by_sample(values: NDArray[Any]) -> NDArray[Any]:
        return values if order is None else values[order]

    named = named if len(usable) == len(named) else named[usable]
    is_met = np.bincount(named, minlength=catalogue.height) > 0
    species = named if is_met.all() else (np.cumsum(is_met) - 1)[named]
    names = with_codes(catalogue.filter(pl.Series(is_met)))
    time, area, anchor = (
        sorted_by_sample(table[name].to_numpy()) for name in ("rt_min", "peak_area", "anchor")
    )
    return Evidence(
        row=sorted_by_sample(table["row"].to_numpy()),
        rt_min=time,
        time_min=time,
        area=area,
        log_area=np.log10(area),
        anchor=anchor,
        species=sorted_by_sample(species),
        sample=sample,
        sample_rank=rank,
        names=names,
        pairs=Pairs.none(),
    )
