"""The result of an analysis: a call for every row, the models, and what each rule found."""

from collections.abc import Callable, Sequence
from functools import cached_property

import msgspec
import polars as pl
from msgspec.structs import replace
from polars import selectors

from app.analysis.library.law import RetentionLaw
from app.analysis.library.library_use import LibraryUse
from app.analysis.reading.peaks.measured_columns import MEASURED_SCHEMA
from app.analysis.reporting.kept_model import KeptModel
from app.analysis.reporting.reasons import FACTS, read_reasons, with_reasons
from app.analysis.state.calls import CALLS
from app.analysis.state.data_warning import IMPORT, DataWarning

ROW_SCHEMA: dict[str, pl.DataType] = {
    **MEASURED_SCHEMA,
    "species": pl.String(),
    "prefix": pl.String(),
    "category": pl.String(),
    "carbons": pl.Int32(),
    "double_bonds": pl.Int32(),
    "hydroxyls": pl.Int32(),
    "sugars": pl.Int32(),
    "call": pl.String(),
    "rule": pl.UInt8(),
    "reason": pl.String(),
    "parent_row": pl.UInt32(),
    "isomer": pl.String(),
    "predicted_rt_min": pl.Float64(),
    "residual_min": pl.Float64(),
    "studentised_residual": pl.Float64(),
    "interval_low_min": pl.Float64(),
    "interval_high_min": pl.Float64(),
    "confidence": pl.Float64(),
    "consolidated_volume": pl.Float64(),
    "ion": pl.String(),
    "mass_error_ppm": pl.Float64(),
    "sample_role": pl.String(),
    "evidence_level": pl.String(),
    "mz": pl.Float64(),
    "adduct": pl.String(),
    "charge": pl.String(),
    "isotope_label": pl.String(),
    "ion_group": pl.UInt32(),
    "set_apart": pl.String(),
    "molecular_name": pl.String(),
    "shorthand_name": pl.String(),
    "alternative_species": pl.String(),
}

# The rows as they are stored: a reason that is made from FACTS is null. In a run, words are of the
# type Enum; their file has texts.
STORED_SCHEMA = {**ROW_SCHEMA, **FACTS}


def as_read(stored: pl.LazyFrame) -> pl.LazyFrame:
    """Stored rows as they are read: reasons in words, and null for what an older result lacks.

    Sentences are made for the rows and at the time that they are read.
    """
    return _with_missing_columns(with_reasons(stored))


def notes_as_read(stored: pl.LazyFrame) -> pl.LazyFrame:
    """Stored notes as they are read: verdicts are texts, as they were stored by older versions."""
    return _in_texts(stored)


def _in_texts(words: pl.LazyFrame) -> pl.LazyFrame:
    return words.with_columns(selectors.enum().cast(pl.String))


def _with_missing_columns(rows: pl.LazyFrame) -> pl.LazyFrame:
    present = rows.collect_schema().names()
    missing = [
        pl.lit(None, dtype=kind).alias(name)
        for name, kind in ROW_SCHEMA.items()
        if name not in present
    ]
    return rows.with_columns(missing) if missing else rows


MODEL_SCHEMA: dict[str, pl.DataType] = {
    "prefix": pl.String(),
    "isomer": pl.String(),
    "n": pl.UInt32(),
    "anchors": pl.UInt32(),
    "r2": pl.Float64(),
    "loo_r2": pl.Float64(),
    "rmse_min": pl.Float64(),
    "equation": pl.String(),
    "meets_r2_threshold": pl.Boolean(),
    "extrapolated": pl.Boolean(),
}


class Analysis(msgspec.Struct, frozen=True, dict=True):
    """The result: rows in input order, and what is made of the run when it is first asked for.

    ``encoded`` are the rows as they are stored (STORED_SCHEMA), or as an earlier version did; their
    words may be of the type Enum.
    ``make_models``, ``make_prefix_verdicts`` and ``make_notes`` make the frames of these names, and
    ``false_discovery_rate`` is the share of wrong labels to expect among the rows that the rules,
    not a person, called true. ``library_use`` is how a retention library was used, and ``make_law``
    makes what a library may keep of this run. ``kept_model`` is what targets and standards are
    found from; it is None of a run without a model, and of a result that is read from its files.
    """

    encoded: pl.DataFrame
    make_models: Callable[[], pl.DataFrame]
    make_prefix_verdicts: Callable[[], pl.DataFrame]
    make_notes: Callable[[], pl.DataFrame]
    warnings: tuple[DataWarning, ...] = ()
    false_discovery_rate: float | None = None
    library_use: LibraryUse | None = None
    make_law: Callable[[], RetentionLaw | None] = lambda: None
    kept_model: KeptModel | None = None

    def with_notes(self, notes: Sequence[str]) -> "Analysis":
        """The same with warnings first on how the table was read."""
        first = tuple(DataWarning(IMPORT, note) for note in notes)
        return replace(self, warnings=first + self.warnings)

    @cached_property
    def stored(self) -> pl.DataFrame:
        """The rows as they are stored, with words as texts, which are made at the first use."""
        return _in_texts(self.encoded.lazy()).collect()

    @cached_property
    def rows(self) -> pl.DataFrame:
        """The rows with their reasons in words (ROW_SCHEMA), which are made at the first use."""
        return read_reasons(self.stored)

    @cached_property
    def models(self) -> pl.DataFrame:
        """The retention model of each prefix and isomer (``MODEL_SCHEMA``)."""
        return self.make_models()

    @cached_property
    def prefix_verdicts(self) -> pl.DataFrame:
        """What the rules said of whole prefixes: rule, prefix, verdict, sentence."""
        return self.make_prefix_verdicts()

    @cached_property
    def law(self) -> RetentionLaw | None:
        """What a retention library may keep of this run; None where no model was fitted."""
        return self.make_law()

    @cached_property
    def notes(self) -> pl.DataFrame:
        """One row for each input row, with what the rules found of it in numbers.

        app/analysis/reporting/explanations.py makes sentences from these, of all rows or a few.
        """
        return self.make_notes()

    def counts(self) -> dict[str, int]:
        """The number of rows by call, with every call."""
        found = dict(self.encoded.group_by("call").len().iter_rows())
        return {call: found.get(call, 0) for call in CALLS}
