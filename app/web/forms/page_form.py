"""The form of a page with pending uploads: settings of all, and choices for each upload.

The fields of one upload have its id before their names. An address can hold the same fields.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from typing import Any

import msgspec
from litestar.datastructures import FormMultiDict, MultiDict

from app.analysis.reading.decisions import (
    AUTO,
    COLUMN_SUFFIX,
    KNOWN_VALUES,
    SHEET_SEPARATOR,
    ReadingChoices,
)
from app.jobs.errors import UploadError
from app.runtime.near_names import with_nearest
from app.web.forms.fields import NotationForm, ReadingForm, SettingsForm
from app.web.forms.priority import PRIORITY
from app.web.http.identity import csrf

PRESET_NAME = "preset_name"
# The role of one sample, as ``sample=blank``. Unlike a line of ``sample_roles`` its name may have
# line breaks, as headers of spreadsheets do.
SAMPLE_ROLE = "sample_role"
# What many files of a page's form become: a job each ("jobs"), or one "cohort".
TOGETHER, COHORT = "together", "cohort"
COHORT_NAME = "cohort_name"


def refuse_unknown_in(form: FormMultiDict) -> None:
    """Refuse fields that a page's form does not have.

    Raises:
        UploadError: The form has no such field.
    """
    settings = [field.name for field in fields(SettingsForm)]
    columns = [SAMPLE_ROLE, *(field.name for field in fields(ReadingForm))]
    known = ["file", "upload", *settings, PRESET_NAME, PRIORITY]
    known += [TOGETHER, COHORT_NAME, csrf.FIELD]
    unknown = [name for name in form if name not in known and _after_point(name) not in columns]
    if unknown:
        refusal = with_nearest(f"There is no field {unknown[0]}", unknown[0], known)
        raise UploadError(f"{refusal} The form takes {', '.join(settings)}.")


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
    others = {name: str(getattr(choices, name)) for name in KNOWN_VALUES}
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
