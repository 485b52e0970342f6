"""Whether a recent run of a method is out of control, by the charts of its retention library."""

from datetime import datetime
from typing import Any

import msgspec

from app.analysis.library.run_charts import trouble_of_last
from app.db.libraries.runs import owners_of_runs, runs_of
from app.db.libraries.store import name_of


async def out_of_control(since: datetime) -> str:
    """Return which last run of a method since then is out of control; empty if none is."""
    for library, owner in await owners_of_runs(since):
        runs = [(run, _use(job.summary)) for run, job in await runs_of(library, owner)]
        if not runs or runs[-1][0].made_at < since:
            continue
        trouble = trouble_of_last([use | {"version": run.version} for run, use in runs])
        if trouble:
            method = await name_of(library)
            return f"The last run of the method {method} is out of control: {trouble}."
    return ""


def _use(summary: str) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(summary)
    return dict(found.get("library", {}))
