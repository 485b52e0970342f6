"""A peak table under study: what the rules hand on from one to the next."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from app.analysis.evidence.peak_arrays import Evidence, Places
from app.analysis.model.regression import Mask
from app.analysis.model.retention_model import RetentionModel
from app.analysis.parallel import in_threads
from app.analysis.settings import AnalysisSettings
from app.analysis.state.data_warning import DataWarning

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

    @property
    def peaks(self) -> pl.DataFrame:
        """Every row with what was read, what its name says and all that the rules found."""
        return self.columns(*self.table.columns, *self.catalogue.columns, *self.found)

    def columns(self, *names: str) -> pl.DataFrame:
        """Some columns for every row of the table: those read, of its name, and found."""
        described = self.described(*(name for name in self.catalogue.columns if name in names))
        read = [self.table[name] for name in self.table.columns if name in names]
        found = [self.column(name) for name in self.found if name in names]
        return pl.DataFrame([*read, *described, *found])

    def described(self, *columns: str) -> pl.DataFrame:
        """What the name of every row says: some columns of ``SPECIES_SCHEMA``."""
        named = pl.Series(self.named)
        if len(named) and self.named.min() < 0:
            named = named.set(named < 0, None)
        return self.catalogue.select(columns).select(pl.all().gather(named))

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
