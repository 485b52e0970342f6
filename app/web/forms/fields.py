"""The forms of submissions: their fields, and what the analysis takes of them."""

from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from litestar.datastructures import UploadFile
from litestar.params import Body

from app.analysis.reading.decisions import AUTO, COLUMN_SUFFIX, SHEET_SEPARATOR, ReadingChoices
from app.analysis.reading.headers.columns import NEEDED, RECOGNISED
from app.analysis.settings import DEFAULT_SETTINGS, AnalysisSettings
from app.db.jobs.contents.settings import settings_and_choices
from app.db.jobs.tables import Job
from app.db.jobs.turns.priority import Priority


@dataclass(kw_only=True)
class NotationForm:
    """How numbers and times are written: ``auto`` decides it by the table."""

    decimal: str = AUTO
    rt_unit: str = AUTO


@dataclass(kw_only=True)
class SettingsForm(NotationForm):
    """The settings of an analysis, under the names of the form."""

    r2_threshold: float = DEFAULT_SETTINGS.r2_threshold
    outlier_threshold: float = DEFAULT_SETTINGS.outlier_threshold
    rt_tolerance: float = DEFAULT_SETTINGS.rt_tolerance_min
    mz_tolerance_ppm: float = DEFAULT_SETTINGS.mz_tolerance_ppm
    blank_factor: float = DEFAULT_SETTINGS.blank_factor
    data_type: str = DEFAULT_SETTINGS.data_type
    library: str = DEFAULT_SETTINGS.library

    def settings(self) -> AnalysisSettings:
        """The settings as the analysis takes them.

        Raises:
            SettingsError: A setting is out of its range.
        """
        return AnalysisSettings(
            r2_threshold=self.r2_threshold,
            outlier_threshold=self.outlier_threshold,
            rt_tolerance_min=self.rt_tolerance,
            mz_tolerance_ppm=self.mz_tolerance_ppm,
            blank_factor=self.blank_factor,
            data_type=self.data_type,
            library=self.library,
        )

    def choices_over(self, job: Job) -> ReadingChoices:
        """How a job's table is read, in the notation of this form.

        Raises:
            PeakTableError: A notation is unknown.
        """
        _, choices = settings_and_choices(job)
        return msgspec.structs.replace(choices, decimal=self.decimal, rt_unit=self.rt_unit)

    def kept(self) -> dict[str, Any]:
        """All settings, by the names under which a preset keeps them.

        Raises:
            SettingsError: A setting is out of its range.
            PeakTableError: A notation is unknown.
        """
        notation = ReadingChoices(decimal=self.decimal, rt_unit=self.rt_unit)
        return {**self.settings().fields(), **msgspec.to_builtins(notation)}


@dataclass(kw_only=True)
class ColumnsForm:
    """The column of each role, by header: None detects it, an empty text means no column."""

    name_column: str | None = None
    rt_column: str | None = None
    volume_column: str | None = None
    log_p_column: str | None = None
    anchor_column: str | None = None
    sample_column: str | None = None
    sample_role_column: str | None = None
    mz_column: str | None = None
    adduct_column: str | None = None
    charge_column: str | None = None
    isotope_label_column: str | None = None
    evidence_column: str | None = None

    def mapping(self) -> dict[str, str]:
        """The headers by role, for ``read_peak_table``; a needed column cannot be turned off."""
        given = {role: getattr(self, role + COLUMN_SUFFIX) for role in RECOGNISED}
        return {
            role: header
            for role, header in given.items()
            if header is not None and (header or role not in NEEDED)
        }


@dataclass(kw_only=True)
class ReadingForm(ColumnsForm, NotationForm):
    """All that a person can choose about how a table is read.

    ``sheets`` are separated by ``/``, which no name of a sheet has, ``anchor_words`` by ``;``.
    ``marked_rows`` says whether rows that are marked as excluded are ``excluded`` or ``judged``.
    ``sample_roles`` has lines like ``sample=blank``.
    """

    encoding: str = AUTO
    sheets: str = ""
    anchor_words: str = AUTO
    marked_rows: str = AUTO
    sample_roles: str = ""

    def choices(self) -> ReadingChoices:
        """The choices as the analysis takes them.

        Raises:
            PeakTableError: A choice is unknown.
        """
        roles = [line.rpartition("=") for line in self.sample_roles.splitlines() if line.strip()]
        return ReadingChoices(
            columns=self.mapping(),
            decimal=self.decimal,
            rt_unit=self.rt_unit,
            encoding=self.encoding,
            sheets=tuple(name for name in self.sheets.split(SHEET_SEPARATOR) if name),
            anchor_words=self.anchor_words,
            marked_rows=self.marked_rows,
            sample_roles={sample.strip(): role.strip() for sample, _, role in roles},
        )


@dataclass(kw_only=True)
class PreviewForm(ReadingForm):
    """The form of a preview: a peak table, and how it is to be read."""

    file: Annotated[
        UploadFile, Body(description="The peak table: CSV, TSV, XLSX, XLS, XLSB, ODS or Parquet.")
    ]


@dataclass(kw_only=True)
class PriorityForm:
    """The priority of new jobs among the waiting jobs of their owner: high, normal or low."""

    priority: Priority = Priority.NORMAL


@dataclass(kw_only=True)
class Submission(ReadingForm, SettingsForm, PriorityForm):
    """The form of a new job: a peak table, its columns, its settings and its priority."""

    file: Annotated[
        UploadFile, Body(description="The peak table: CSV, TSV, XLSX, XLS, XLSB, ODS or Parquet.")
    ]


@dataclass(kw_only=True)
class ManyFiles(ReadingForm, SettingsForm, PriorityForm):
    """The form of many peak tables that share columns, settings and priority."""

    file: Annotated[
        list[UploadFile],
        Body(
            description="A peak table; repeat the field for each.",
            schema_extra={"minItems": 1},
        ),
    ]


@dataclass(kw_only=True)
class CohortForm(ManyFiles):
    """The form of a cohort; ``name`` is the name of its job."""

    file: Annotated[
        list[UploadFile],
        Body(
            description="A peak table; repeat the field for each.",
            schema_extra={"minItems": 2},
        ),
    ]
    name: str = ""
