"""The API of schedules, for administrators."""

import msgspec
from litestar import get, patch, post

from app.db.schedules.runs import count_runs, history
from app.db.schedules.store import all_schedules, change_schedule, get_schedule, run_now
from app.web.features.schedules.views import RunView, ScheduleView, run_views, schedule_views
from app.web.http.answers.paging import Limit, Offset
from app.web.http.bodies.booleans import refuse_numbers
from app.web.http.faults.problems import problems
from app.web.http.identity.security import ADMIN, AnyRequest


class Schedules(msgspec.Struct, frozen=True, kw_only=True):
    """All schedules, those that are due first at the top."""

    schedules: list[ScheduleView]


class ScheduleChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The changes to a schedule; omitted fields stay as they are."""

    cron: str | None = None
    paused: bool | None = None
    catch_up: bool | None = None


class Runs(msgspec.Struct, frozen=True, kw_only=True):
    """Some runs of a schedule, newest first; ``total`` counts all that are kept."""

    total: int
    runs: list[RunView]


@get("/api/v1/schedules", tags=["schedules"], responses=problems(), opt=ADMIN)
async def list_schedules() -> Schedules:
    """List the schedules of recurring tasks, for administrators."""
    return Schedules(schedules=await schedule_views(await all_schedules()))


@get("/api/v1/schedules/{schedule:str}", tags=["schedules"], responses=problems(404), opt=ADMIN)
async def show_schedule(schedule: str) -> ScheduleView:
    """Show one schedule with its meaning, its next times and its last run."""
    (view,) = await schedule_views([await get_schedule(schedule)])
    return view


@patch("/api/v1/schedules/{schedule:str}", tags=["schedules"], responses=problems(404), opt=ADMIN)
async def edit_schedule(request: AnyRequest, schedule: str, data: ScheduleChange) -> ScheduleView:
    """Change when a schedule runs, or pause it; schedulers follow within seconds.

    Runs that were due during a pause are not made up.
    """
    await refuse_numbers(request, "paused", "catch_up")
    changed = await change_schedule(
        schedule,
        by=request.user.name,
        cron=data.cron,
        paused=data.paused,
        catch_up=data.catch_up,
    )
    (view,) = await schedule_views([changed])
    return view


@post(
    "/api/v1/schedules/{schedule:str}/run",
    status_code=202,
    tags=["schedules"],
    responses=problems(404, 409),
    opt=ADMIN,
)
async def run_schedule(request: AnyRequest, schedule: str) -> RunView:
    """Run a schedule now, even if it is paused; 409 while a run of it is still going."""
    (view,) = await run_views([await run_now(schedule, by=request.user.name)])
    return view


@get(
    "/api/v1/schedules/{schedule:str}/runs",
    tags=["schedules"],
    responses=problems(404),
    opt=ADMIN,
)
async def list_runs(schedule: str, limit: Limit = 50, offset: Offset = 0) -> Runs:
    """List the runs of a schedule in the last 90 days, newest first."""
    await get_schedule(schedule)
    runs = await run_views(await history(schedule, limit=limit, offset=offset))
    return Runs(total=await count_runs(schedule), runs=runs)


HANDLERS = [list_schedules, show_schedule, edit_schedule, run_schedule, list_runs]
