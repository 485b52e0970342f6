"""Adds to the OpenAPI schemas what their types do not express: limits, and deprecated fields."""

from typing import Any

from app.analysis.overrides.override import LONGEST_REASON, MOST_OVERRIDES
from app.analysis.reading.decisions import COLUMN_SUFFIX, KNOWN_VALUES
from app.analysis.reading.headers.columns import NO_AREAS
from app.analysis.settings import BOUNDS, DATA_TYPES, LIBRARY_REFERENCE
from app.analysis.state.calls import CALLS
from app.contract import cron
from app.db import saved_views
from app.db.accounts import stream_tokens, tokens
from app.db.data_retention.keeping_time import MOST_DAYS
from app.db.jobs.contents.labels import LONGEST_TAG
from app.db.jobs.quotas.account_quotas import MOST as MOST_QUOTA
from app.db.jobs.quotas.account_quotas import OwnQuotas
from app.db.jobs.sharing.permission import MAY_BY_WORD
from app.db.notifications import webhooks
from app.db.notifications.alert_policy import MOST_RECIPIENTS, RULES
from app.db.presets import LONGEST_NAME
from app.db.worker_sizes import MOST_PLACES

WITHOUT_NUL = "^[^\\u0000]*$"
FREE_TEXTS = ("sheets", "anchor_words", "sample_roles")
FORMS = ("Submission", "ManyFiles", "CohortForm")
WITH_SETTINGS = (*FORMS, "OtherSettings", "NewPreset")
WITH_COLUMNS = (*FORMS, "PreviewForm")
OF_SCHEDULES = ("ScheduleChange", "KeepChoice", "KeepAll")
OF_WEBHOOKS = ("WebhookRequest", "WebhookChange")
TAKES_NO_MORE = (
    *WITH_SETTINGS,
    *OF_SCHEDULES,
    *OF_WEBHOOKS,
    "PreviewForm",
    "Refit",
    "Programs",
    "TokenRequest",
    "NewView",
    "NewPriority",
    "WorkerPlaces",
    "NewLevel",
    "NewLibrary",
    "LibrarySharing",
)
# Example texts for the tests that are generated from the schema.
PLAIN = r"^[ -~]*[!-~]+$"
ADDRESS = r"^https://[a-z]{1,20}\.example/[a-z]{0,20}$"
EVENTS = {
    "minItems": 1,
    "items": {"type": "string", "enum": [*webhooks.EVENTS, *webhooks.ALERT_EVENTS]},
}
LIBRARY = {
    "pattern": LIBRARY_REFERENCE,
    "description": "The id of a retention library whose law is the prior, perhaps with - and a "
    "version; without one the newest.",
}
DAYS = {"minimum": 1, "maximum": MOST_DAYS}
OF_OTHERS: dict[str, dict[str, dict[str, Any]]] = {
    "Accepted": {"job_id": {"deprecated": True}},
    "OverrideRequest": {
        "row": {"minimum": 1},
        "reason": {"minLength": 1, "maxLength": LONGEST_REASON, "pattern": PLAIN},
        "call": {"enum": [*CALLS, None]},
    },
    "TokenRequest": {
        "name": {"minLength": 1, "maxLength": tokens.LONGEST_NAME, "pattern": PLAIN},
        "scopes": {"minItems": 1, "items": {"type": "string", "enum": [*tokens.SCOPES]}},
        "days": {"minimum": 1, "maximum": tokens.MOST_DAYS},
    },
    "StreamTokenRequest": {
        "what": {"maxLength": LONGEST_TAG},
        "minutes": {"minimum": 1, "maximum": stream_tokens.MOST_MINUTES},
    },
    "AlertChange": {
        "rules": {"propertyNames": {"enum": [*RULES]}},
        "recipients": {"maxItems": MOST_RECIPIENTS, "items": {"type": "string", "format": "email"}},
    },
    "Choice": {"threshold": {"minimum": 1, "maximum": 86_400}},
    "WebhookRequest": {"url": {"pattern": ADDRESS}, "events": EVENTS},
    "WebhookChange": {"url": {"pattern": ADDRESS}, "events": EVENTS},
    "ScheduleChange": {"cron": {"maxLength": cron.LONGEST}},
    "KeepChoice": {"days": DAYS},
    "KeepAll": {"default_days": DAYS, "most_days": DAYS},
    "Refit": {"overrides": {"minItems": 1, "maxItems": MOST_OVERRIDES}},
    "WorkerPlaces": {"places": {"minimum": 1, "maximum": MOST_PLACES}},
    "NewPreset": {"name": {"minLength": 1, "maxLength": LONGEST_NAME, "pattern": PLAIN}},
    "NewLibrary": {"name": {"minLength": 1, "maxLength": LONGEST_NAME, "pattern": PLAIN}},
    "NewView": {"name": {"minLength": 1, "maxLength": saved_views.LONGEST_NAME, "pattern": PLAIN}},
}
# These exist only with accounts.
OF_ACCOUNTS: dict[str, dict[str, dict[str, Any]]] = {
    "ShareRequest": {"may": {"enum": [*MAY_BY_WORD]}},
    "QuotaSettings": {name: {"minimum": 0, "maximum": MOST_QUOTA} for name in OwnQuotas._fields},
}


def add_limits(schemas: dict[str, Any]) -> None:
    """Add the limits to the schemas, by name."""
    for name in WITH_SETTINGS:
        fields = schemas[name]["properties"]
        for bound in BOUNDS:
            says = f"{bound.label}{f' ({bound.unit})' if bound.unit else ''}. {bound.meaning}"
            limits = {"minimum": bound.low, "maximum": bound.high, "description": says}
            fields[bound.name].update(limits)
        can_be_left = [None] if name == "OtherSettings" else []
        fields["library"].update(LIBRARY)
        fields["data_type"]["enum"] = [*DATA_TYPES, *can_be_left]
        for choice, values in KNOWN_VALUES.items():
            if choice in fields:
                fields[choice]["enum"] = [*values, *can_be_left]
    _add_reading(schemas)
    of_accounts = OF_ACCOUNTS if schemas.keys() >= OF_ACCOUNTS.keys() else {}
    for name in (*TAKES_NO_MORE, *of_accounts):
        schemas[name]["additionalProperties"] = False
    for name, of_fields in (OF_OTHERS | of_accounts).items():
        for field, limits in of_fields.items():
            schemas[name]["properties"][field].update(limits)


def _add_reading(schemas: dict[str, Any]) -> None:
    """Add the limits of what says how a table is read."""
    for name in WITH_COLUMNS:
        fields = schemas[name]["properties"]
        fields.update({name: _column(name) for name in fields if name.endswith(COLUMN_SUFFIX)})
        for name in FREE_TEXTS:
            fields[name]["pattern"] = WITHOUT_NUL
    for choice, values in KNOWN_VALUES.items():
        schemas["PreviewForm"]["properties"][choice]["enum"] = [*values]


def _column(field: str) -> dict[str, str]:
    """A column field of a form: a text or absent, never null."""
    role = field.removesuffix(COLUMN_SUFFIX)
    says = f"The header of the column with the {role}; empty if there is none."
    if role == "volume":
        says = f"The header of the column with the areas, or {NO_AREAS} to judge the rows without."
    return {"type": "string", "description": says, "pattern": WITHOUT_NUL}
