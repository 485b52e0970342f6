"""The pages of schedules, for administrators."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from litestar import get, post
from litestar.params import Parameter
from litestar.response import Redirect, Template

from app.contract.cron import CronError, meaning, next_times, require_cron
from app.db.schedules.runs import count_runs, history
from app.db.schedules.store import all_schedules, change_schedule, get_schedule, run_now
from app.web.features.schedules.views import TIMES_SHOWN, run_views, schedule_views
from app.web.http.identity.security import ADMIN, AnyRequest

RUNS_SHOWN = 50
SEE_OTHER: Literal[303] = 303


@get("/admin/schedules", include_in_schema=False, opt=ADMIN)
async def schedules_page() -> Template:
    """The page of all schedules, with the next time and the last run of each."""
    shown = await schedule_views(await all_schedules())
    return Template("pages/schedules.html", context={"schedules": shown})


@get("/admin/schedules/{schedule:str}", include_in_schema=False, opt=ADMIN)
async def schedule_page(
    schedule: str, page: Annotated[int, Parameter(ge=1, le=10**6)] = 1
) -> Template:
    """The page of one schedule with its history."""
    return await _page(schedule, page=page)


@post("/admin/schedules/{schedule:str}", include_in_schema=False, opt=ADMIN)
async def save_schedule(request: AnyRequest, schedule: str) -> Template | Redirect:
    """Save when a schedule runs, or show what the typed expression means."""
    form = await request.form()
    cron, catch_up = str(form.get("cron", "")), "catch_up" in form
    tried = _meaning_of(cron)
    if "error" in tried or form.get("do") == "try":
        return await _page(schedule, typed={"cron": cron, "catch_up": catch_up, **tried})
    await change_schedule(schedule, by=request.user.name, cron=cron, catch_up=catch_up)
    return _redirect_to(schedule)


@post("/admin/schedules/{schedule:str}/{action:str}", include_in_schema=False, opt=ADMIN)
async def steer_schedule(
    request: AnyRequest, schedule: str, action: Literal["pause", "resume", "run"]
) -> Redirect:
    """Pause a schedule, resume it, or run it now."""
    if action == "run":
        await run_now(schedule, by=request.user.name)
    else:
        await change_schedule(schedule, by=request.user.name, paused=action == "pause")
    return _redirect_to(schedule)


async def _page(name: str, *, page: int = 1, typed: dict[str, Any] | None = None) -> Template:
    """The page of a schedule with its history; ``typed`` replaces the saved values in the form."""
    (shown,) = await schedule_views([await get_schedule(name)])
    form = typed or {"cron": shown.cron, "catch_up": shown.catch_up}
    total = await count_runs(name)
    last_page = max(1, -(-total // RUNS_SHOWN))
    page = min(page, last_page)
    runs = await history(name, limit=RUNS_SHOWN, offset=(page - 1) * RUNS_SHOWN)
    return Template(
        "pages/schedule.html",
        context={
            "schedule": shown,
            **form,
            "runs": await run_views(runs),
            "total": total,
            "page": page,
            "last_page": last_page,
        },
        status_code=400 if "error" in form else 200,
    )


def _meaning_of(cron: str) -> dict[str, Any]:
    """The meaning of a typed expression, or its error."""
    now = datetime.now(UTC)
    try:
        usable = require_cron(cron, now=now)
    except CronError as error:
        return {"error": str(error)}
    return {"means": meaning(usable, now), "times": next_times(usable, now, TIMES_SHOWN)}


def _redirect_to(name: str) -> Redirect:
    return Redirect(f"/admin/schedules/{name}", status_code=SEE_OTHER)


HANDLERS = [schedules_page, schedule_page, save_schedule, steer_schedule]
