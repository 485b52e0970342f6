"""Setting the level of the log, by page and API."""

from typing import Annotated, Literal

import msgspec
from litestar import get, post, put
from litestar.response import Redirect
from redis.asyncio import Redis

from app.db.engine.transaction import transaction
from app.db.security.trail import EventKind, record
from app.observability.log_level import MOST_MINUTES, SetLevel, level_now, set_level
from app.observability.own_level import Level
from app.web.features.ops.board import Ops
from app.web.http.faults.errors import QueryError
from app.web.http.faults.problems import problems
from app.web.http.identity.security import ADMIN, AnyRequest

SEE_OTHER: Literal[303] = 303
LONGEST_NUMBER = 4


class NewLevel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A level of the log, and for how many minutes it holds; then it is ``info`` again."""

    level: Level
    minutes: Annotated[int, msgspec.Meta(ge=1, le=MOST_MINUTES)] = 60


class LevelView(msgspec.Struct, frozen=True, kw_only=True):
    """The level of the log; ``chosen`` says who set it and until when, null if nobody did."""

    level: Level
    chosen: SetLevel | None


@get("/api/v1/ops/log-level", tags=["ops"], responses=problems(), opt=ADMIN)
async def show_log_level(ops: Ops) -> LevelView:
    """Show the level of the log of all processes."""
    return await _view(ops.look.redis)


@put("/api/v1/ops/log-level", tags=["ops"], responses=problems(), opt=ADMIN)
async def set_log_level(request: AnyRequest, data: NewLevel, ops: Ops) -> LevelView:
    """Set the level of the log of all processes for a while; it holds within seconds."""
    await _set(ops.look.redis, data.level, data.minutes, by=request.user.label)
    return await _view(ops.look.redis)


@post("/admin/ops/log-level", include_in_schema=False, opt=ADMIN)
async def set_level_on_page(request: AnyRequest, ops: Ops) -> Redirect:
    """Set the level of the log."""
    form = await request.form()
    level, minutes = str(form.get("level", "")), str(form.get("minutes", ""))
    is_number = minutes.isascii() and minutes.isdecimal() and len(minutes) <= LONGEST_NUMBER
    if level not in list(Level) or not is_number or not 1 <= int(minutes) <= MOST_MINUTES:
        raise QueryError(
            f"Choose one of {', '.join(Level)}, for 1 to {MOST_MINUTES} minutes, then try again."
        )
    await _set(ops.look.redis, Level(level), int(minutes), by=request.user.label)
    return Redirect("/admin/ops#log-level", status_code=SEE_OTHER)


async def _set(redis: Redis, level: Level, minutes: int, *, by: str) -> None:
    async with transaction():
        await record(EventKind.LOG_LEVEL_CHANGED, detail={"level": level, "minutes": minutes})
        await set_level(redis, level, minutes=minutes, by=by)


async def _view(redis: Redis) -> LevelView:
    chosen = await level_now(redis)
    return LevelView(level=chosen.level if chosen else Level.INFO, chosen=chosen)


HANDLERS = [show_log_level, set_log_level, set_level_on_page]
