"""Which values the fields of a request may have, where their types do not tell: for the schema."""

from typing import Any

from litestar.openapi.spec import OpenAPI, OpenAPIType, Schema

from app.analysis.calls import CALLS
from app.analysis.overrides import LONGEST_REASON, MOST_OVERRIDES
from app.analysis.settings import BOUNDS, DATA_TYPES
from app.db.presets import LONGEST_NAME
from app.web.forms import COLUMN_SUFFIX

FORMS = ("Submission", "ManyFiles", "CohortForm")
WITH_SETTINGS = (*FORMS, "OtherSettings", "NewPreset")
TAKES_NO_MORE = (*WITH_SETTINGS, "Refit")
OF_OTHERS: dict[str, dict[str, dict[str, Any]]] = {
    "Override": {
        "row": {"minimum": 1},
        "reason": {"min_length": 1, "max_length": LONGEST_REASON, "pattern": r"^[ -~]*[!-~]+$"},
        "call": {"enum": [*CALLS, None]},
    },
    "Refit": {"overrides": {"min_items": 1, "max_items": MOST_OVERRIDES}},
    "NewPreset": {
        "name": {"min_length": 1, "max_length": LONGEST_NAME, "pattern": r"^[ -~]*[!-~]+$"}
    },
}


def add_limits(openapi: OpenAPI) -> None:
    """Write the limits into the schemas of requests."""
    schemas = openapi.components.schemas or {}
    for name in WITH_SETTINGS:
        for bound in BOUNDS:
            says = f"{bound.label}{f' ({bound.unit})' if bound.unit else ''}. {bound.meaning}"
            limits = {"minimum": bound.low, "maximum": bound.high, "description": says}
            _limit(schemas[name], bound.name, limits)
        can_be_left = [None] if name == "OtherSettings" else []
        _limit(schemas[name], "data_type", {"enum": [*DATA_TYPES, *can_be_left]})
    for name in FORMS:
        for field in schemas[name].properties or {}:
            if field.endswith(COLUMN_SUFFIX):
                (schemas[name].properties or {})[field] = _column(field)
    for name in TAKES_NO_MORE:
        schemas[name].additional_properties = False
    for name, fields in OF_OTHERS.items():
        for field, limits in fields.items():
            _limit(schemas[name], field, limits)


def _column(field: str) -> Schema:
    """A field of a form is a text or is left out, never null."""
    role = field.removesuffix(COLUMN_SUFFIX)
    says = f"The header of the column that has the {role}; empty where there is none."
    return Schema(type=OpenAPIType.STRING, description=says)


def _limit(schema: Schema, field: str, limits: dict[str, Any]) -> None:
    found = (schema.properties or {})[field]
    for keyword, value in limits.items():
        setattr(found, keyword, value)
