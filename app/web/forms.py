"""The form fields of submissions, for pages and programs."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Annotated, Any

import msgspec
from litestar import Request
from litestar.datastructures import FormMultiDict, MultiDict, UploadFile
from litestar.params import Body

from app.analysis.reading.columns import NEEDED, RECOGNISED
from app.analysis.reading.decisions import AUTO, COLUMN_SUFFIX, ReadingChoices
from app.analysis.reading.sheets import SHEET_SEPARATOR
from app.analysis.settings import AnalysisSettings
from app.db.jobs.settings import settings_and_choices
from app.db.jobs.tables import Job
from app.jobs.errors import UploadError
from app.web.http import csrf

PRESET_NAME = "preset_name"
# The role of one sample, as ``sample=blank``. Unlike a line of ``sample_roles`` its name may have
# line breaks, as headers of spreadsheets do.
SAMPLE_ROLE = "sample_role"
# What many files of a page's form become: a job each ("jobs"), or one "cohort".
TOGETHER, COHORT = "together", "cohort"
COHORT_NAME = "cohort_name"


@dataclass(kw_only=True)
class NotationForm:
    """How numbers and times are written: ``auto`` decides it by the table."""

    decimal: str = AUTO
    rt_unit: str = AUTO


@dataclass(kw_only=True)
class SettingsForm(NotationForm):
    """The settings of an analysis, under the names of the form."""

    r2_threshold: float = AnalysisSettings.r2_threshold
    outlier_threshold: float = AnalysisSettings.outlier_threshold
    rt_tolerance: float = AnalysisSettings.rt_tolerance_min
    mz_tolerance_ppm: float = AnalysisSettings.mz_tolerance_ppm
    blank_factor: float = AnalysisSettings.blank_factor
    data_type: str = AnalysisSettings.data_type

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
        return {**vars(self.settings()), **msgspec.to_builtins(notation)}


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
    ``sample_roles`` has lines like ``sample=blank``.
    """

    encoding: str = AUTO
    sheets: str = ""
    anchor_words: str = AUTO
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
            sample_roles={sample.strip(): role.strip() for sample, _, role in roles},
        )


@dataclass(kw_only=True)
class PreviewForm(ReadingForm):
    """The form of a preview: a peak table, and how it is to be read."""

    file: Annotated[UploadFile, Body(description="The peak table: CSV, TSV, XLSX, ODS or Parquet.")]


@dataclass(kw_only=True)
class Submission(ReadingForm, SettingsForm):
    """The form of a new job: a peak table, its columns and its settings."""

    file: Annotated[UploadFile, Body(description="The peak table: CSV, TSV, XLSX, ODS or Parquet.")]


@dataclass(kw_only=True)
class ManyFiles(ReadingForm, SettingsForm):
    """The form of many peak tables that share columns and settings."""

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


async def refuse_unknown_fields(
    request: Request[Any, Any, Any], form: type[NotationForm] = Submission
) -> None:
    """Refuse fields that the form does not have, because a misspelt setting would be lost.

    Raises:
        UploadError: The form has no such field.
    """
    known = [field.name for field in fields(form)]
    unknown = [name for name in await request.form() if name not in (*known, csrf.FIELD)]
    if unknown:
        raise UploadError(f"There is no field {unknown[0]}; the form takes {', '.join(known)}.")


def refuse_unknown_in(form: FormMultiDict) -> None:
    """Refuse fields that a page's form does not have.

    Raises:
        UploadError: The form has no such field.
    """
    settings = [field.name for field in fields(SettingsForm)]
    columns = [SAMPLE_ROLE, *(field.name for field in fields(ReadingForm))]
    known = ["file", "upload", *settings, PRESET_NAME, TOGETHER, COHORT_NAME, csrf.FIELD]
    unknown = [name for name in form if name not in known and _after_point(name) not in columns]
    if unknown:
        raise UploadError(f"There is no field {unknown[0]}; the form takes {', '.join(settings)}.")


def settings_in(given: Mapping[str, Any]) -> SettingsForm:
    """The settings among the fields of a page's form or address; the others have their defaults.

    Raises:
        UploadError: A setting is not a number.
    """
    known = [field.name for field in fields(SettingsForm)]
    found = {name: given[name] for name in known if name in given}
    try:
        return msgspec.convert(found, SettingsForm, strict=False)
    except msgspec.ValidationError as error:
        raise UploadError(f"The settings cannot be used: {error}.") from None


def choices_in(given: FormMultiDict | MultiDict[Any], upload_id: str) -> ReadingChoices:
    """How one upload is read, by the fields of a page's form or address.

    Its notation is that of the settings unless it has its own.

    Raises:
        PeakTableError: A choice is unknown.
    """
    own = {field.name: field_of(upload_id, field.name) for field in fields(ReadingForm)}
    chosen = {name: str(given[at]) for name, at in own.items() if given.get(at, AUTO) != AUTO}
    chosen["sample_roles"] = "\n".join(map(str, given.getall(own["sample_roles"], [])))
    choices = ReadingForm(**notation_in(given) | chosen).choices()
    roles = choices.sample_roles | _sample_roles(given.getall(field_of(upload_id, SAMPLE_ROLE), []))
    return msgspec.structs.replace(choices, sample_roles=roles)


def notation_in(given: Mapping[str, Any]) -> dict[str, Any]:
    """The notation that the settings of a page's form or address decide for all its tables."""
    names = [field.name for field in fields(NotationForm)]
    return {name: str(given[name]) for name in names if given.get(name, AUTO) != AUTO}


def _sample_roles(given: Iterable[object]) -> dict[str, str]:
    """The roles of samples with a field each; forms send every line break as two characters."""
    parts = [str(it).replace("\r\n", "\n").rpartition("=") for it in given if it]
    return {sample: role for sample, _, role in parts}


def fields_of(choices: ReadingChoices) -> list[tuple[str, str]]:
    """The fields of a form that make these choices, without those that are as found."""
    columns = [(role + COLUMN_SUFFIX, header) for role, header in choices.columns.items()]
    roles = [(SAMPLE_ROLE, f"{sample}={role}") for sample, role in choices.sample_roles.items()]
    others = {name: str(getattr(choices, name)) for name in ("decimal", "rt_unit", "encoding")}
    others |= {"anchor_words": choices.anchor_words, "sheets": SHEET_SEPARATOR.join(choices.sheets)}
    found = ReadingForm()
    chosen = [(it, text) for it, text in others.items() if text != getattr(found, it)]
    return [*columns, *chosen, *roles]


def field_of(upload_id: str, name: str) -> str:
    """The name of the form field for a column or another choice of one upload."""
    return f"{upload_id}.{name}"


def _after_point(field: str) -> str:
    return field.partition(".")[2]


def fields_to_keep(form: FormMultiDict) -> list[tuple[str, str]]:
    """The fields of a page's form to repeat in an address: uploads, columns and settings.

    Samples without a chosen role are left out, since an address has a limit.
    """
    dropped = (csrf.FIELD, PRESET_NAME)
    texts = [(name, it) for name, it in form.multi_items() if isinstance(it, str)]
    return [
        (name, text)
        for name, text in texts
        if name not in dropped and (text or _after_point(name) not in ("sample_roles", SAMPLE_ROLE))
    ]


def as_fields(form: SettingsForm) -> dict[str, Any]:
    """The settings by field name."""
    return asdict(form)
