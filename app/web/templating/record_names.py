"""What pages call settings and the parts of a run record; files and the API keep their keys."""

import re
from collections.abc import Callable, Mapping

from app.analysis.settings import BOUNDS
from app.analysis.state.calls import assignment
from app.web import words
from app.web.templating.numbers import whole

_SETTINGS = {
    **{
        name: f"{bound.label} ({bound.unit})" if bound.unit else bound.label
        for bound in BOUNDS
        for name in (bound.name, bound.field)
    },
    "data_type": "Data type",
    "library": "Retention library",
    **words.CHOICES,
}
_OF_RECORD = {
    "who": "Submitted by",
    "rerun_of": "Run again from",
    "version_of": "Version of",
    "input.file_name": "File of the table",
    "input.bytes": "Size of the table (bytes)",
    "input.sha256": "SHA-256 of the table",
    "seed": "Seed of random numbers",
    "deterministic": "Repeatability",
    "software.sialoscope": "Version of Sialoscope",
    "software.numpy": "Version of NumPy",
    "result.rows": "Rows of the result",
    "result.sha256": "SHA-256 of the result",
}
_COUNTS = ("input.bytes", "result.rows")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?\+00:00")
_OVERRIDE = re.compile(r"override of row \d+")
_PART_OF_OVERRIDE = re.compile(r"overrides\.\d+\.(call|anchor)")


def setting_name(name: str) -> str:
    """What a page calls a setting, a choice of the reading, or an override of a row."""
    if name in _SETTINGS:
        return _SETTINGS[name]
    subject, _, role = name.partition("column for ")
    if not subject and role in words.ROLES:
        return f"Column: {words.ROLES[role]}"
    return _sentence(name)


def setting_value(value: str, name: str) -> str:
    """The value of a setting; an override of a row names the assignment."""
    if not _OVERRIDE.fullmatch(name):
        return value
    return ", ".join(map(assignment, value.split(", ")))


def record_name(key: str) -> str:
    """What a page calls a part of a run record, such as ``settings.mz_tolerance_ppm``."""
    part, _, rest = key.partition(".")
    if key in _OF_RECORD:
        return _OF_RECORD[key]
    if part == "settings":
        return setting_name(rest)
    if part == "software":
        return f"Version of {_sentence(rest)}"
    if part == "overrides":
        number, _, field = rest.partition(".")
        return f"Override {number}, {'assignment' if field == 'call' else field}"
    return _sentence(key)


def record_value(value: str, key: str) -> str:
    """The value of a part of a run record, written as on other pages."""
    if key in _COUNTS and value.isdecimal():
        return whole(int(value))
    if key.endswith("_at"):
        return _MOMENT.sub(r"\1 \2 UTC", value)
    if not _PART_OF_OVERRIDE.fullmatch(key):
        return value
    return {"True": "yes", "False": "no"}.get(value) or assignment(value)


def sample_role(role: str) -> str:
    """What a page calls the role of a sample."""
    return words.ROLES_OF_SAMPLES.get(role, role)


def _sentence(name: str) -> str:
    said = name.replace("_", " ").replace(".", ", ")
    return said[:1].upper() + said[1:]


FILTERS: Mapping[str, Callable[..., str]] = {
    "setting_name": setting_name,
    "setting_value": setting_value,
    "record_name": record_name,
    "record_value": record_value,
    "sample_role": sample_role,
}
