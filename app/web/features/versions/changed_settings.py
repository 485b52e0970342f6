"""Which settings differ between two runs: of the analysis, of the reading, and overrides."""

from typing import Any

import msgspec

from app.db.jobs.tables import Job
from app.web.job_view import JobView, view


class ChangedSetting(msgspec.Struct, frozen=True, kw_only=True):
    """A setting whose value differs between two runs; null where a run does not have it."""

    name: str
    before: Any
    after: Any


def changed_settings(before: Job, after: Job) -> list[ChangedSetting]:
    """The settings that differ, by name."""
    one, other = _settings_of(view(before)), _settings_of(view(after))
    return [
        ChangedSetting(name=name, before=one.get(name), after=other.get(name))
        for name in sorted({*one, *other})
        if one.get(name) != other.get(name)
    ]


def _settings_of(job: JobView) -> dict[str, Any]:
    overrides = {f"override of row {it.row}": _override(it.call, it.anchor) for it in job.overrides}
    columns = {f"column for {role}": column for role, column in job.mapping.items()}
    return {**job.settings, **job.reading, **columns, **overrides}


def _override(call: str | None, anchor: bool | None) -> str:
    """What a person decided about a row, in a few words."""
    about_anchor = {None: "", True: "an anchor", False: "no anchor"}[anchor]
    return ", ".join(filter(None, (call, about_anchor)))
