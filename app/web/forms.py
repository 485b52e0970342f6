"""The form fields of submissions, for pages and programs."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Annotated, Any

import msgspec
from litestar import Request
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.params import Body

from app.analysis.reading.columns import NEEDED, RECOGNISED
from app.analysis.settings import AnalysisSettings
from app.jobs.errors import UploadError
from app.web.http import csrf

COLUMN_SUFFIX = "_column"
PRESET_NAME = "preset_name"
# What many files of a page's form become: a job each ("jobs"), or one "cohort".
TOGETHER, COHORT = "together", "cohort"


@dataclass(kw_only=True)
class SettingsForm:
    """The settings of an analysis, under the names of the form."""

    r2_threshold: float = AnalysisSettings.r2_threshold
    outlier_threshold: float = AnalysisSettings.outlier_threshold
    rt_tolerance: float = AnalysisSettings.rt_tolerance_min
    mz_tolerance_ppm: float = AnalysisSettings.mz_tolerance_ppm
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
            data_type=self.data_type,
        )


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
class Submission(ColumnsForm, SettingsForm):
    """The form of a new job: a peak table, its columns and its settings."""

    file: Annotated[UploadFile, Body(description="The peak table: CSV, TSV, XLSX, ODS or Parquet.")]


@dataclass(kw_only=True)
class ManyFiles(ColumnsForm, SettingsForm):
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
    request: Request[Any, Any, Any], form: type[SettingsForm] = Submission
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
    columns = [field.name for field in fields(ColumnsForm)]
    known = ["file", "upload", *settings, PRESET_NAME, TOGETHER, csrf.FIELD]
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


def columns_in(given: Mapping[str, Any], upload_id: str) -> ColumnsForm:
    """The columns of one upload among the fields of a page's form or address."""
    known = [field.name for field in fields(ColumnsForm)]
    names = {name: column_field(upload_id, name) for name in known}
    return ColumnsForm(**{name: str(given[at]) for name, at in names.items() if at in given})


def column_field(upload_id: str, name: str) -> str:
    """The name of the form field for a column of one upload."""
    return f"{upload_id}.{name}"


def _after_point(field: str) -> str:
    return field.partition(".")[2]


def fields_to_keep(form: FormMultiDict) -> list[tuple[str, str]]:
    """The fields of a page's form to repeat in an address: uploads, columns and settings."""
    dropped = (csrf.FIELD, PRESET_NAME)
    fields_and_files = form.multi_items()
    return [(n, text) for n, text in fields_and_files if isinstance(text, str) and n not in dropped]


def as_fields(form: SettingsForm) -> dict[str, Any]:
    """The settings by field name."""
    return asdict(form)
