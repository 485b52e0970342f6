"""The stream of a tag follows a changed tag at once."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from app.contract.events import Log
from app.db.jobs.contents.labels import set_labels
from app.db.jobs.store import JobStore
from app.progress.streams import EventId, StoredEvent
from app.web.streaming.tagged import only_tagged
from tests.stored_jobs import a_job

TAG = "brain"


@pytest.mark.usefixtures("database")
def test_the_next_event_after_a_change_of_tags_is_sent_or_left_out() -> None:
    async def work() -> None:
        job = await a_job(JobStore(), "ada")

        async def batches() -> AsyncIterator[Sequence[StoredEvent | EventId]]:
            for number, tags in enumerate(([], [TAG], ["liver"], ["liver", TAG]), start=1):
                await set_labels(await JobStore().get(job.id), by="ada", tags=tags)
                event = Log(level="info", message=str(number))
                yield [StoredEvent(EventId(number, 0), event, job_id=job.id)]

        received = [kept async for kept in only_tagged(batches(), "ada", TAG)]
        is_sent = [[isinstance(each, StoredEvent) for each in kept] for kept in received]
        assert is_sent == [[False], [True], [False], [True]]

    asyncio.run(work())
