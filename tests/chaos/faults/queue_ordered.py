"""An operator pauses the queue, limits an owner and resizes a machine, while owners order jobs."""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable
from random import Random

from piccolo.columns import And

from app.db.accounts.store import AccountStore
from app.db.accounts.tables import Account
from app.db.engine.connect import DATABASE_FAULTS
from app.db.jobs.contents.labels import set_labels
from app.db.jobs.quotas.account_quotas import OwnQuotas, set_quotas
from app.db.jobs.tables import Job
from app.db.jobs.turns.priority import Priority, set_priority
from app.db.jobs.turns.queue_pause import pause_queue, resume_queue
from app.db.worker_sizes import set_places
from tests.chaos import bulk_load
from tests.chaos.installation import Installation

PAUSED_S = 3
LIMITED_S = 3
MOST_JOBS = 20
TRY_AGAIN_S = 0.5


def inject(_: Installation, chance: Random) -> None:
    """Change the order of waiting jobs; at the end everything may run as before."""
    host = socket.gethostname()
    until_done(lambda: pause_queue(by="root"))
    until_done(lambda: _order(chance))
    time.sleep(PAUSED_S)
    until_done(lambda: set_places(host, 3, by="root"))
    until_done(lambda: _limit(OwnQuotas(running_jobs=1)))
    until_done(resume_queue)
    time.sleep(LIMITED_S)
    until_done(lambda: _order(chance))
    until_done(lambda: set_places(host, None, by="root"))
    until_done(lambda: _limit(OwnQuotas()))


async def _order(chance: Random) -> None:
    # The bulk load finds its jobs by their tags, and counts their priorities.
    in_bulk = await AccountStore().named(bulk_load.NAME)
    are_others = And(Job.state == "queued", Job.owner != (in_bulk.id if in_bulk else ""))
    jobs = await Job.objects().where(are_others).limit(MOST_JOBS)
    await set_priority(jobs, chance.choice(list(Priority)), by="root")
    for job in jobs:
        await set_priority([job], chance.choice(list(Priority)), by=job.owner)
        await set_labels(job, by=job.owner, tags=["chaos", chance.choice(["brain", "liver"])])


async def _limit(quotas: OwnQuotas) -> None:
    for account in await Account.objects().limit(2).order_by(Account.name):
        await set_quotas(account.id, quotas)


def until_done(change: Callable[[], Awaitable[object]]) -> None:
    """Make a change, again and again while the database is away for another fault."""

    async def work() -> None:
        await change()

    while True:
        try:
            asyncio.run(work())
        except DATABASE_FAULTS:
            time.sleep(TRY_AGAIN_S)
        else:
            return
