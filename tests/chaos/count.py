"""Counts how every job ended, and the faults that no job may have."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
from redis.asyncio import Redis

from app.contract.tasks import JobState
from app.db.jobs.tables import Job
from app.progress.streams import key_of
from tests.chaos import trail
from tests.chaos.follower import NO_CONTENT, Follower, as_numbers
from tests.chaos.history import kept_logs, wrong_alerts, wrong_attempts
from tests.chaos.load import Load, Sent

END_OF_STATE = {
    JobState.SUCCEEDED: ["complete"],
    JobState.FAILED: ["error"],
    JobState.CANCELLED: ["cancelled"],
}
VISITS_AT_ONCE = 20


@dataclass(frozen=True)
class Findings:
    """What came of the jobs; each of ``zeros`` must be one."""

    counts: dict[str, int]
    failures: Counter[str]
    zeros: dict[str, int]

    @property
    def is_clean(self) -> bool:
        return not any(self.zeros.values())

    def __str__(self) -> str:
        lines = [f"{name:<58}{count:>8,}" for name, count in self.counts.items()]
        lines += [f"  failed: {reason[:96]}  x {n}" for reason, n in self.failures.items()]
        for name, count in self.zeros.items():
            lines.append(f"{name:<58}{count:>8,}   {'must be 0' if count else 'ok'}")
        return "\n".join(lines)


async def count(load: Load) -> Findings:
    """Look at the database, the results, the streams and the followers of a load that has ended."""
    bulk = await load.bulk.zeros()
    jobs = {job["id"]: job for job in await Job.select()}
    failed = [job for job in jobs.values() if job["state"] == JobState.FAILED]
    results = await asyncio.to_thread(_results, load, jobs)
    missing = await _missed_by_who_comes_back(load, jobs)
    return Findings(
        counts={
            "jobs submitted": len(load.sent),
            "succeeded": sum(job["state"] == JobState.SUCCEEDED for job in jobs.values()),
            "failed": len(failed),
            "logs of last attempts": kept_logs(load.installation.storage, jobs),
            "rounds of actions on many jobs": load.bulk.rounds,
            "attempts begun": sum(job["attempt"] for job in jobs.values()),
            "streams reopened": sum(_returns(sent.follower) for sent in load.sent),
            # Of an end that the broker lost it cannot be known who has heard it.
            "told of the end once more on coming back": missing["done"],
        },
        failures=Counter(job["message"] for job in failed),
        zeros={
            "jobs LOST": load.jobs - sum(_has_ended(sent, jobs) for sent in load.sent),
            "jobs DOUBLED": max(0, len(jobs) - load.jobs),
            "results DOUBLED (a job ended twice)": await trail.ended_again(),
            "answers that blame an error of our own (500)": load.answers[500]
            + sum(sent.follower.answers["500"] for sent in load.sent),
            **results,
            **_heard(load, jobs),
            "terminal events MISSING to a new client": missing["new"],
            "terminal events MISSING to a client that comes back": missing["late"],
            "events of the last run passed over to a client": missing["events"],
            **await wrong_attempts(jobs),
            **await wrong_alerts(),
            **bulk,
        },
    )


def _has_ended(sent: Sent, jobs: dict[str, Any]) -> bool:
    job = jobs.get(sent.follower.job_id)
    return job is not None and JobState(job["state"]).is_final


def _returns(follower: Follower) -> int:
    return max(0, follower.answers["200"] - 1)


def _results(load: Load, jobs: dict[str, Any]) -> dict[str, int]:
    wrong = beside = 0
    for sent in load.sent:
        job = jobs.get(sent.follower.job_id)
        if job and job["state"] == JobState.SUCCEEDED:
            folder = load.installation.storage / job["result_key"]
            wrong += _height(folder / "rows.parquet") != sent.rows
            beside += len(list(folder.parent.iterdir())) - 1
    return {"results wrong or absent": wrong, "results of other attempts left over": beside}


def _height(path: Path) -> int:
    return int(pl.scan_parquet(path).select(pl.len()).collect().item()) if path.exists() else -1


def _heard(load: Load, jobs: dict[str, Any]) -> dict[str, int]:
    """What the followers heard while faults happened."""
    followers = [sent.follower for sent in load.sent]
    return {
        "terminal events missing": sum(not each.ends for each in followers),
        "terminal events doubled": sum(len(each.ends) > 1 for each in followers),
        "terminal events that contradict the job": sum(
            bool(each.ends) and _contradicts(each, jobs) for each in followers
        ),
        "event ids doubled or out of order": sum(_disorder(each) for each in followers),
    }


def _contradicts(follower: Follower, jobs: dict[str, Any]) -> bool:
    job = jobs.get(follower.job_id)
    return job is None or follower.ends != END_OF_STATE.get(job["state"])


def _disorder(follower: Follower) -> int:
    ids = follower.ids
    return sum(later <= earlier for earlier, later in pairwise(ids))


def _holes(follower: Follower, stored: list[tuple[int, ...]]) -> int:
    """How many events before the last it heard a client did not hear."""
    heard = follower.ids
    return sum(bool(heard) and entry < heard[-1] and entry not in heard for entry in stored)


async def _missed_by_who_comes_back(load: Load, jobs: dict[str, Any]) -> Counter[str]:
    """What a new client misses, one that left before the end, and one that heard the end."""
    missing: Counter[str] = Counter()
    places = asyncio.Semaphore(VISITS_AT_ONCE)

    async def come_back(first: Follower, redis: Redis) -> None:
        async with places:
            new, late, done = first.again(), first.again(), first.again()
            await new.visit()
            await late.visit(first.heard_last(before_the_end=True))
            status = await done.visit(first.heard_last())
            stored: Any = await redis.xrange(key_of(first.job_id))
        missing["new"] += _contradicts(new, jobs)
        missing["late"] += _contradicts(late, jobs)
        missing["done"] += status != NO_CONTENT
        missing["events"] += _holes(first, [as_numbers(entry.decode()) for entry, _ in stored])

    async with Redis.from_url(load.redis_url) as redis:
        await asyncio.gather(*(come_back(sent.follower, redis) for sent in load.sent))
    return missing
