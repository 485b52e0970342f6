"""The state of an analysis: what each rule hands to the next."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import msgspec
import numpy as np
import polars as pl
from msgspec.structs import replace
from numpy.typing import NDArray

from app.analysis.computing.numbered_texts import as_words
from app.analysis.computing.parallel import in_threads
from app.analysis.computing.whole_columns import WholeColumns
from app.analysis.evidence.array_types import Array, Indices, Mask
from app.analysis.evidence.explaining.ions import IonMixture
from app.analysis.evidence.explaining.mixture import Mixture
from app.analysis.evidence.explaining.rival_lines import LineMixture
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.evidence.peaks.time_curve import TimeCurve
from app.analysis.library.law import RetentionLaw
from app.analysis.library.library_use import LibraryUse
from app.analysis.model.fit.joint_fit import JointModel
from app.analysis.model.intercepts.rival_predictions import RivalsOfPrefixes
from app.analysis.model.law.retention_model import RetentionModel
from app.analysis.model.parents.possible_ions import PossibleIons
from app.analysis.model.parents.possible_parents import PossibleParents
from app.analysis.settings import AnalysisSettings
from app.analysis.state.data_warning import DataWarning

Verdicts = NDArray[np.uint8]
# What a rule finds of each peak: numbers, with NaN where there is none, or choices of its labels.
PeakColumns = Mapping[str, NDArray[Any]]


class AnalysisState(msgspec.Struct, frozen=True, eq=False, dict=True):
    """The state of an analysis; each rule returns one with more in it.

    ``table`` has every row of the input (``PEAK_SCHEMA``), with the problem of each that cannot be
    used. ``named`` (rows,) is the species of each, a number into ``catalogue`` or -1. The rows that
    can be used are in ``arrays``. ``peak_columns`` are the columns that the rules gave, arrays (n,)
    over these, and ``labels`` what the numbers of categorical ones stand for. ``isomer_groups`` are
    the isomers that each prefix can have, ``rivals`` other intercepts that explain its peaks almost
    as well, ``training_arrays`` the samples that models are fitted
    to and ``training_indices`` their positions, and ``prefix_verdicts`` what a rule says of each
    prefix (prefix, verdict, sentence). ``gate_min`` is the largest time difference of a fragment
    and its parent, in minutes. ``mixture`` has the areas of species and of other peaks, ``ions``
    are the shares of other ions and ``possible_ions`` those of species that were not picked;
    ``possible_parents`` are the species that fragments come from;
    ``joint`` and ``lines`` explain further peaks by the fitted law.
    ``doubted_classes`` are the cores whose labels the times of the table cannot confirm,
    ``doubted_rows`` the numbers of single rows whose names may be wrong, by the code of the warning
    that says why, and
    ``class_probability`` is that of each core to have its own name, not that of another one.
    ``accepted_decoys`` is the share of wrong labels that the model accepts, estimated with
    decoys.
    ``apart`` is why a row is set apart from the species of the samples, and ``main`` (rows,) the
    position of the main ion of each row, None if each is its own; other ions have what the rules
    gave to their main ion, but their own mass error in ``ppm_of_rows`` (rows,). ``library`` is the
    retention law of an earlier run, and ``library_use`` how it was used or why it was not.
    """

    table: pl.DataFrame
    named: Indices
    catalogue: pl.DataFrame
    arrays: PeakArrays
    settings: AnalysisSettings
    peak_columns: PeakColumns = msgspec.field(default_factory=dict)
    labels: Mapping[str, tuple[str | None, ...]] = msgspec.field(default_factory=dict)
    gate_min: float = 0.0
    training_arrays: PeakArrays | None = None
    training_indices: Indices = msgspec.field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    isomer_groups: pl.DataFrame = msgspec.field(default_factory=pl.DataFrame)
    model: RetentionModel | None = None
    rivals: RivalsOfPrefixes = msgspec.field(default_factory=dict)
    mixture: Mixture | None = None
    ions: IonMixture | None = None
    possible_ions: PossibleIons | None = None
    possible_parents: PossibleParents | None = None
    joint: JointModel | None = None
    lines: LineMixture | None = None
    doubted_classes: frozenset[str] = frozenset()
    doubted_rows: Mapping[str, NDArray[np.uint32]] = msgspec.field(default_factory=dict)
    class_probability: Mapping[str, float] = msgspec.field(default_factory=dict)
    accepted_decoys: float | None = None
    prefix_verdicts: Mapping[int, pl.DataFrame] = msgspec.field(default_factory=dict)
    warnings: tuple[DataWarning, ...] = ()
    apart: pl.Series = msgspec.field(default_factory=lambda: pl.Series(dtype=pl.String))
    main: Indices | None = None
    ppm_of_rows: Array | None = None
    library: RetentionLaw | None = None
    library_use: LibraryUse | None = None

    @property
    def names(self) -> pl.DataFrame:
        """The species of the rows that can be used."""
        return self.arrays.names

    @property
    def curve(self) -> TimeCurve | None:
        """The curve of the run; models and residuals are in straight times if there is one."""
        return self.arrays.curve

    def __getitem__(self, column: str) -> NDArray[Any]:
        """A column that a rule gave, (n,) over the usable rows."""
        return self.peak_columns[column]

    def with_peak_columns(
        self, columns: PeakColumns, **labels: tuple[str | None, ...]
    ) -> "AnalysisState":
        """The state with the columns that a rule gives, and the labels of categorical ones."""
        return replace(
            self, peak_columns={**self.peak_columns, **columns}, labels={**self.labels, **labels}
        )

    @cached_property
    def is_doubted(self) -> Mask:
        """Whether the times cannot confirm the label of each peak, (n,)."""
        cores = self.arrays.species_table["core"].tolist()
        of_species = np.array([core in self.doubted_classes for core in cores], dtype=np.bool_)
        doubted: Mask = of_species[self.arrays.species] | self.has_doubted_row
        return doubted

    @cached_property
    def has_doubted_row(self) -> Mask:
        """Which peaks (n,) are of ``doubted_rows``."""
        has = np.zeros(len(self.arrays.row), dtype=np.bool_)
        for rows in self.doubted_rows.values():
            has |= np.isin(self.arrays.row, rows)
        return has

    @property
    def doubts_every_class(self) -> bool:
        """Whether the times of the table can confirm no label at all."""
        return self.doubted_classes.issuperset(self.arrays.species_table["core"].tolist())

    @cached_property
    def p_class(self) -> Array:
        """The probability that the class of each peak has its own name, (n,)."""
        cores = self.arrays.species_table["core"].tolist()
        of_species = np.array([self.class_probability.get(core, 1.0) for core in cores])
        p_class: Array = of_species[self.arrays.species]
        return p_class

    def in_blocks(self, judge: Callable[["AnalysisState"], PeakColumns]) -> PeakColumns:
        """What ``judge`` gives, computed for a block of whole samples at a time, in threads."""
        blocks = self.arrays.blocks
        if len(blocks) == 1:
            return judge(self)
        whole = WholeColumns(len(self.arrays.row))
        in_threads(lambda at: whole.put(blocks[at], judge(self._part(at))), range(len(blocks)))
        return whole.columns()

    def _part(self, number: int) -> "AnalysisState":
        """The state of the samples of a block alone, whose peaks are numbered from 0."""
        block = self.arrays.blocks[number]
        found = {name: values[block] for name, values in self.peak_columns.items()}
        return replace(self, arrays=self.arrays.parts[number], peak_columns=found)

    def released(self) -> "AnalysisState":
        """The same state without what was computed of its peaks."""
        return replace(self, arrays=self.arrays.released())

    def with_prefix_verdicts(self, number: int, prefix_verdicts: pl.DataFrame) -> "AnalysisState":
        """The state with what a rule says of prefixes; the peaks get its verdict."""
        prefixes = sorted(set(self.names["prefix"].to_list()))
        verdicts = dict(zip(prefix_verdicts["prefix"], prefix_verdicts["verdict"], strict=True))
        labels = (*dict.fromkeys(verdicts.values()), None)
        of_prefix = np.array(
            [labels.index(verdicts.get(name)) for name in prefixes], dtype=np.uint8
        )
        judged = self.with_peak_columns(
            {f"verdict_{number}": of_prefix[self.arrays.prefix]}, **{f"verdict_{number}": labels}
        )
        return replace(judged, prefix_verdicts={**self.prefix_verdicts, number: prefix_verdicts})

    def warn(self, *warnings: DataWarning) -> "AnalysisState":
        """The state with more warnings about the data."""
        return replace(self, warnings=(*self.warnings, *warnings))

    def column(self, name: str) -> pl.Series:
        """A column that a rule gave, for every row of the table; null where it has none.

        Words are of the type Enum, which takes a fraction of the time and memory of texts.
        """
        values = self.peak_columns[name]
        if name in self.labels:
            return self.of_rows(worded(values, self.labels[name])).alias(name)
        series = pl.Series(name, values, nan_to_null=True)
        if name == "residual_min" and self.main is not None:
            return self.of_rows(series) + self.later_than_main_min()
        return self.of_rows(series)

    def later_than_main_min(self) -> pl.Series:
        """How many minutes each row elutes after its main ion."""
        times = self.table["rt_min"]
        return times - times.gather(self.main) if self.main is not None else times - times

    def of_rows(self, values: pl.Series) -> pl.Series:
        """Values of the usable rows for every row of the table; null for the other rows."""
        # By an index in brackets, because gather starts a query.
        return values if self._place is None else values[self._place]

    @property
    def peaks(self) -> pl.DataFrame:
        """Every row with what was read, what its name says and all that the rules gave."""
        return self.columns(*self.table.columns, *self.catalogue.columns, *self.peak_columns)

    def columns(self, *names: str) -> pl.DataFrame:
        """Some columns for every row of the table: as read, from its name, and given by rules.

        What names and rules say in words is of the type Enum.
        """
        described = self.described(*(name for name in self.catalogue.columns if name in names))
        read = [self.table[name] for name in self.table.columns if name in names]
        found = [self.column(n) for n in self.peak_columns if n in names]
        return pl.DataFrame([*read, *described, *found])

    def described(self, *columns: str) -> pl.DataFrame:
        """What the name of every row says: some columns of ``SPECIES_SCHEMA``, texts as Enum."""
        if not columns:
            return pl.DataFrame()
        named = pl.Series(self.named)
        said = pl.DataFrame([as_words(self.catalogue[name]) for name in columns])
        if len(named) and self.named.min() < 0:
            return said.select(pl.all().gather(named.set(named < 0, None)))
        return said[named]

    @cached_property
    def _place(self) -> pl.Series | None:
        """The position of each row in the arrays or null; None if all rows have their own."""
        row = self.arrays.row
        if len(row) == self.table.height and bool(np.all(np.diff(row.astype(np.int64)) == 1)):
            return None
        place = np.full(self.table.height, -1, dtype=np.int64)
        place[row - 1] = np.arange(len(row))
        if self.main is not None:
            place = place[self.main]
        places = pl.Series(place)
        return places.set(places < 0, None)


def worded(values: NDArray[Any], labels: tuple[str | None, ...]) -> pl.Series:
    """The labels (n,) that numbers (n,) stand for, of the type Enum."""
    # By an index in brackets, because gather starts a query.
    return as_words(pl.Series(labels, dtype=pl.String))[values]


def first_true_case(*cases: Mask) -> Verdicts:
    """The number of the first case that is true of each peak, else the number of cases."""
    # How many cases stand before it: sums are several times as fast as choices by a mask.
    number: Verdicts = np.zeros(len(cases[0]), dtype=np.uint8)
    is_before = np.ones(len(cases[0]), dtype=np.bool_)
    for case in cases:
        is_before &= ~case
        number += is_before
    return number
