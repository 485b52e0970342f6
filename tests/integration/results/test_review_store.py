"""What both databases keep of reviews and sign-offs, also when accounts and jobs go."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path

import pytest
from redis.asyncio import Redis

from app.accounts.removal import remove_account
from app.contract.tasks import JobState
from app.db.accounts.errors import AccountError
from app.db.accounts.store import AccountStore
from app.db.accounts.tables import Account
from app.db.data_retention.store import Retention, is_kept
from app.db.jobs.contents.labels import LabelError, set_labels
from app.db.jobs.errors import JobConflictError, JobNotFoundError
from app.db.jobs.history.audit import trail_of
from app.db.jobs.sharing.permission import BlindReviewError, May, permitted, right
from app.db.jobs.sharing.shared_jobs import shared_with
from app.db.jobs.sharing.shares import share
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.db.reviews.adoption import LONGEST_CLAIM_S, adopted_version, claimed, mark_adopted
from app.db.reviews.errors import ReviewConflictError, ReviewError, ReviewNotFoundError
from app.db.reviews.judgements import judge, judgements_of, resolutions_of, resolve
from app.db.reviews.queries import review_by_id, reviewers_of, reviews_for
from app.db.reviews.readers import add_reader, withdraw_reader
from app.db.reviews.sign_off import sign_off
from app.db.reviews.store import NewReview, close_review, open_review
from app.db.reviews.tables import Judgement, Review, Reviewer
from app.jobs.delete import delete_job
from app.progress.publisher import Publisher
from app.storage import Folder
from tests.stored_jobs import a_job, a_version, new_job

pytestmark = pytest.mark.usefixtures("database")
LOCKED = "a version that is signed off cannot be changed"
LONG_AGO = timedelta(days=400)
AT_ONCE = 10


def in_a_loop(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Run an asynchronous test in a loop of its own."""

    @wraps(test)
    def run(*given: object, **named: object) -> None:
        asyncio.run(_awaited(test(*given, **named)))

    return run


async def _awaited(work: Awaitable[None]) -> None:
    await work


async def an_account(name: str, role: str = "user") -> Account:
    return await AccountStore().add(name, "hash", role=role)


async def people() -> tuple[Account, Account, Account]:
    olga, rita, rolf = [await an_account(name) for name in ("olga", "rita", "rolf")]
    return olga, rita, rolf


async def done_job(owner: Account) -> Job:
    job = await a_job(JobStore(), owner.id)
    ended = datetime.now(UTC) - LONG_AGO
    values = {Job.state: JobState.SUCCEEDED.value, Job.finished_at: ended}
    await Job.update(values).where(Job.id == job.id)  # type: ignore[arg-type]
    return await JobStore().get(job.id)


async def opened(job: Job, *names: str) -> Review:
    return await open_review(job, NewReview(names, [1, 2, 3], "look"), by=job.owner)


@in_a_loop
async def test_a_reader_is_blind_to_every_version_until_the_review_is_closed() -> None:
    olga, rita, rolf = await people()
    job = await done_job(olga)
    version = await JobStore().add(a_version(job, job))
    await share(job, "rita", "edit")
    review = await opened(job, "rita", " ROLF ")
    assert [each.could_see for each in await reviewers_of(review)] == [True, False]
    for each in (job, version):
        with pytest.raises(BlindReviewError, match="without seeing its result"):
            await permitted(each.id, rita.id)
        assert await right(each, rita.id) is None
    assert await shared_with(rita.id, limit=9) == []
    assert [each.id for each in await reviews_for(rolf.id)] == [review.id]
    with pytest.raises(ReviewConflictError, match="Close it before"):
        await opened(version, "rita", "rolf")
    await close_review(review, job, by=olga.id)
    assert await right(version, rita.id) is May.EDIT
    assert await right(version, rolf.id) is None
    assert len(await shared_with(rita.id, limit=9)) == 2


@in_a_loop
async def test_a_reader_is_blind_to_every_job_of_the_owner_with_the_same_table() -> None:
    """A rerun has the same calls; what others have of that table is theirs to show."""
    olga, rita, rolf = await people()
    job, rerun, of_rolf = await done_job(olga), await done_job(olga), await done_job(rolf)
    version = await JobStore().add(a_version(rerun, rerun))
    await JobStore().delete(rerun.id, owner=olga.id)
    other = await JobStore().add(replace(new_job(olga.id), upload_sha256="11"))
    for each in (version, of_rolf, other):
        await share(each, "rita", "edit")
    review = await opened(job, "rita", "nobody")
    assert [each.could_see for each in await reviewers_of(review)] == [False, True]
    with pytest.raises(BlindReviewError, match="without seeing its result"):
        await permitted(version.id, rita.id)
    assert await right(version, rita.id) is None
    shown = {each.id for each in await shared_with(rita.id, limit=9)}
    assert shown == {of_rolf.id, other.id}
    assert await right(of_rolf, rita.id) is await right(other, rita.id) is May.EDIT
    await close_review(review, job, by=olga.id)
    assert await right(version, rita.id) is May.EDIT
    assert len(await shared_with(rita.id, limit=9)) == 3


@in_a_loop
async def test_what_is_said_of_a_reader_does_not_reveal_whether_they_have_an_account() -> None:
    olga, *_ = await people()
    job = await done_job(olga)
    for name in ("rita", "nobody"):
        await share(job, name, "view")
    review = await opened(job, "rita", "nobody")
    assert [each.could_see for each in await reviewers_of(review)] == [True, True]


@in_a_loop
async def test_a_review_that_cannot_be_is_refused_with_what_to_do() -> None:
    olga, *_ = await people()
    job = await done_job(olga)
    for names, sentence in (
        (["rita"], "at least two reviewers"),
        (["rita", "RITA"], "at least two reviewers"),
        (["rita", "olga"], "You own this job"),
        ([f"r{number}" for number in range(11)], "at most 10"),
    ):
        with pytest.raises(ReviewError, match=sentence):
            await opened(job, *names)
    with pytest.raises(ReviewError, match="No row"):
        await open_review(job, NewReview(["rita", "rolf"], [], ""), by=olga.id)
    with pytest.raises(ReviewError, match="one line"):
        await open_review(job, NewReview(["rita", "rolf"], [1], "a\nb"), by=olga.id)
    assert not await Review.exists()
    unknown = await opened(job, "nobody", "noone")
    assert [each.name for each in await reviewers_of(unknown)] == ["nobody", "noone"]


@in_a_loop
async def test_a_reader_is_added_and_withdrawn_while_the_review_is_open() -> None:
    olga, rita, rolf = await people()
    dora = await an_account("dora")
    job = await done_job(olga)
    await share(job, "rita", "view")
    await share(job, "dora", "view")
    review = await opened(job, "rita", "rolf")
    (of_rita, _) = await reviewers_of(review)
    with pytest.raises(ReviewConflictError, match="needs two reviewers"):
        await withdraw_reader(review, job, of_rita.id, by=olga.id)
    for name, error in (("olga", "You own this job"), ("RITA", "reviewer of this review already")):
        with pytest.raises((ReviewError, ReviewConflictError), match=error):
            await add_reader(review, job, name, by=olga.id)

    assert await right(job, dora.id) is May.VIEW
    await add_reader(review, job, "dora", by=olga.id)
    assert await right(job, dora.id) is None
    assert [each.could_see for each in await reviewers_of(review)] == [True, True, False]
    await judge(review, 1, by=rita.id, call="true")
    await judge(review, 1, by=rolf.id, call="outlier")

    await withdraw_reader(review, job, of_rita.id, by=olga.id)
    assert await right(job, rita.id) is May.VIEW
    assert await reviews_for(rita.id) == []
    assert len(await judgements_of(review)) == 2
    with pytest.raises(ReviewNotFoundError, match="no such reviewer"):
        await withdraw_reader(review, job, of_rita.id, by=olga.id)
    with pytest.raises(ReviewConflictError, match="may have seen the result since"):
        await add_reader(review, job, "rita", by=olga.id)
    await close_review(review, job, by=olga.id)
    with pytest.raises(ReviewConflictError, match="closed"):
        await add_reader(review, job, "erin", by=olga.id)
    kept = [
        (each.what, each.detail)
        for each in await trail_of(job.id, owner=None)
        if "review" in each.what
    ]
    assert kept[1:] == [
        ("reviewer added", {"reviewer": "dora"}),
        ("reviewer withdrawn", {"reviewer": "rita", "judgements": 1}),
        ("review closed", {"judgements": 1}),
    ]


@in_a_loop
async def test_judgements_are_replaced_and_end_with_the_review() -> None:
    olga, rita, _ = await people()
    job = await done_job(olga)
    review = await opened(job, "rita", "rolf")
    await judge(review, 1, by=rita.id, call="true")
    await judge(review, 1, by=rita.id, call="fragment", parent_row=2, note="broad")
    (said,) = await judgements_of(review)
    assert (said.row, said.call, said.parent_row, said.note) == (1, "fragment", 2, "broad")
    for row, call, parent, sentence in (
        (4, "true", None, "not in this review"),
        (1, "invalid", None, "A row is judged"),
        (1, "maybe", None, "A row is judged"),
        (1, "true", 2, "A parent is another row"),
        (1, "fragment", 1, "A parent is another row"),
    ):
        with pytest.raises(ReviewError, match=sentence):
            await judge(review, row, by=rita.id, call=call, parent_row=parent)
    await close_review(review, job, by=olga.id)
    with pytest.raises(ReviewConflictError, match="closed"):
        await judge(review, 2, by=rita.id, call="true")
    with pytest.raises(ReviewConflictError, match="closed already"):
        await close_review(review, job, by=olga.id)
    with pytest.raises(ReviewError, match="needs a reason"):
        await resolve(review, job, 1, by=olga.id, call="true", note=" ")


@in_a_loop
async def test_what_one_person_adopts_nobody_else_decides_or_adopts() -> None:
    olga, *_ = await people()
    job = await done_job(olga)
    review = await close_review(await opened(job, "rita", "rolf"), job, by=olga.id)
    async with claimed(review):
        await is_refused(review, job)
        assert adopted_version(await review_by_id(review.id)) is None
    await resolve(review, job, 1, by=olga.id, call="outlier", note="seen")
    async with claimed(review) as claim:
        await mark_adopted(review, claim, job)
    await is_refused(review, job)
    assert adopted_version(await review_by_id(review.id)) == job.id
    assert [each.call for each in await resolutions_of(review)] == ["outlier"]


async def is_refused(review: Review, job: Job) -> None:
    """Whoever read the review before it was claimed can neither decide nor adopt."""
    with pytest.raises(ReviewConflictError, match="just becoming one"):
        await resolve(review, job, 1, by=job.owner, call="true", note="seen")
    with pytest.raises(ReviewConflictError, match="just becoming one"):
        await claimed(review).__aenter__()


@in_a_loop
async def test_the_claim_of_a_server_that_ended_lapses() -> None:
    olga, *_ = await people()
    job = await done_job(olga)
    review = await close_review(await opened(job, "rita", "rolf"), job, by=olga.id)
    async with claimed(review) as claim:
        pass
    _, begun, end = claim.split()

    async def claim_is_old(seconds: int) -> None:
        old = f"claim {int(begun) - seconds} {end}"
        await Review.update({Review.adopted_as: old}).where(Review.id == review.id)

    await claim_is_old(LONGEST_CLAIM_S // 2)
    await is_refused(review, job)
    await claim_is_old(LONGEST_CLAIM_S + 9)
    async with claimed(review) as claim:
        await mark_adopted(review, claim, job)
    assert adopted_version(await review_by_id(review.id)) == job.id


def test_the_database_refuses_to_change_or_delete_a_signed_version() -> None:
    asyncio.run(_is_locked())


async def _is_locked() -> None:
    olga, *_ = await people()
    job = await sign_off(await done_job(olga), by=olga.id, name="olga")
    for changing in (
        Job.update({Job.settings: "{}"}),
        Job.update({Job.result_key: "results/other"}),
        Job.update({Job.signed_off_at: None}),
        Job.update({Job.signed_off_name: "rita"}),
        Job.update({Job.state: JobState.QUEUED.value}),
        Job.delete(),
    ):
        with pytest.raises(Exception, match=LOCKED):
            await changing.where(Job.id == job.id)
    assert (await JobStore().get(job.id)).to_dict() == job.to_dict()
    with pytest.raises(LabelError, match="signed off"):
        await set_labels(job, by=olga.id, name="other")
    assert (await set_labels(job, by=olga.id, tags=["paper"])).tags == " paper "
    with pytest.raises(JobConflictError, match="signed off already"):
        await sign_off(job, by=olga.id, name="olga")
    await JobStore().hand_over(owner=olga.id, to="heir")
    assert (await JobStore().get(job.id)).signed_off_by == olga.id


@in_a_loop
async def test_what_is_not_done_or_under_review_is_not_signed_off() -> None:
    olga, *_ = await people()
    waiting = await a_job(JobStore(), olga.id)
    with pytest.raises(JobConflictError, match="has succeeded"):
        await sign_off(waiting, by=olga.id, name="olga")
    job = await done_job(olga)
    await opened(job, "rita", "rolf")
    with pytest.raises(JobConflictError, match="Close it before"):
        await sign_off(job, by=olga.id, name="olga")


@in_a_loop
async def test_the_cleanup_keeps_what_is_signed_or_under_review() -> None:
    olga, *_ = await people()
    old, signed, reviewed = [await done_job(olga) for _ in range(3)]
    await sign_off(signed, by=olga.id, name="olga")
    review = await opened(reviewed, "rita", "rolf")
    retention = Retention(default_days=30)
    now = datetime.now(UTC)
    assert [each.id for each in await retention.due_jobs(now)] == [old.id]
    assert not await retention.delete_if_due(signed, now)
    assert [await is_kept(each) for each in (old, signed, reviewed)] == [False, True, True]
    await close_review(review, reviewed, by=olga.id)
    assert {each.id for each in await retention.due_jobs(now)} == {old.id, reviewed.id}


@in_a_loop
async def test_a_job_is_deleted_with_its_reviews_once_they_are_closed(
    broker_url: str, tmp_path: Path
) -> None:
    olga, rita, _ = await people()
    job = await done_job(olga)
    review = await opened(job, "rita", "rolf")
    await judge(review, 1, by=rita.id, call="true")
    async with Redis.from_url(broker_url) as redis:
        parts = JobStore(), Folder(tmp_path), Publisher(redis)
        with pytest.raises(JobConflictError, match="Close the review first"):
            await delete_job(job.id, *parts, owner=olga.id, by=olga.id)
        await close_review(review, job, by=olga.id)
        await delete_job(job.id, *parts, owner=olga.id, by=olga.id)
    for table in (Review, Reviewer, Judgement):
        assert not await table.exists()


async def beside_deletion(
    broker_url: str, folder: Path, act: Callable[[Job, Account], Awaitable[object]]
) -> AsyncIterator[tuple[Job, object, object]]:
    """Jobs that one request acts on while another deletes them, and what becomes of both."""
    olga, *_ = await people()
    async with Redis.from_url(broker_url) as redis:
        parts = JobStore(), Folder(folder), Publisher(redis)
        for _ in range(AT_ONCE):
            job = await done_job(olga)
            deletion = delete_job(job.id, *parts, owner=olga.id, by=olga.id)
            yield job, *await asyncio.gather(act(job, olga), deletion, return_exceptions=True)


@in_a_loop
async def test_a_job_that_is_signed_off_while_it_is_deleted_stays_or_goes(
    broker_url: str, tmp_path: Path
) -> None:
    def act(job: Job, owner: Account) -> Awaitable[object]:
        return sign_off(job, by=owner.id, name=owner.name)

    async for job, signed, deleted in beside_deletion(broker_url, tmp_path, act):
        assert isinstance(signed, JobConflictError) != isinstance(deleted, JobConflictError)
        assert await Job.exists().where(Job.id == job.id) == isinstance(signed, Job)


@in_a_loop
async def test_a_job_whose_review_is_opened_while_it_is_deleted_stays_or_goes(
    broker_url: str, tmp_path: Path
) -> None:
    def act(job: Job, _: Account) -> Awaitable[object]:
        return opened(job, "rita", "rolf")

    async for job, review, deleted in beside_deletion(broker_url, tmp_path, act):
        assert isinstance(review, JobNotFoundError) != isinstance(deleted, JobConflictError)
        assert await Job.exists().where(Job.id == job.id) == isinstance(review, Review)
        assert await Review.exists().where(Review.job == job.id) == isinstance(review, Review)


@in_a_loop
async def test_accounts_go_and_reviews_stay(broker_url: str, tmp_path: Path) -> None:
    olga, rita, rolf = await people()
    await an_account("root", "admin")
    job = await done_job(olga)
    review = await opened(job, "rita", "rolf")
    await judge(review, 1, by=rita.id, call="true")

    async def remove(account: Account, heir: str | None) -> None:
        async with Redis.from_url(broker_url) as redis:
            parts = JobStore(), Folder(tmp_path), Publisher(redis)
            await remove_account(account, *parts, heir=heir, by="root")

    with pytest.raises(AccountError, match="signed off or under review"):
        await remove(olga, None)
    with pytest.raises(AccountError, match="reviews one of the jobs"):
        await remove(olga, rolf.id)
    assert not (await AccountStore().get(olga.id)).disabled, "nothing was changed"
    await remove(rita, None)
    assert [each.name for each in await reviewers_of(review)] == ["rita", "rolf"]
    assert [each.call for each in await judgements_of(review)] == ["true"]
    heir = await an_account("heir")
    await remove(olga, heir.id)
    job = await permitted(job.id, heir.id, May.OWN)
    assert (await close_review(review, job, by=heir.id)).closed_at
