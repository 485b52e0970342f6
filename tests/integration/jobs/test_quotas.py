"""Quotas of accounts: every way in is held to them, also by many requests at once."""

import asyncio
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from app.db.accounts.tables import Account
from app.db.engine.connect import kept_open
from app.db.jobs.quotas.account_quotas import Quotas, quotas_of
from app.db.jobs.quotas.checks import QuotaError
from app.db.jobs.quotas.pending_uploads import add_pending_upload
from app.db.jobs.quotas.usage import usage_of
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job, PendingUploadSize
from app.settings import SettingError, Settings
from tests.integration.api import SMALL, finished, submit
from tests.page_forms import send, uploads_in
from tests.people import Person, add_person
from tests.servers import Sialoscope
from tests.stored_jobs import a_job, a_version, new_job, next_held

MB = 1_000_000
ACCOUNT = re.compile(r'/admin/accounts/(\w+)/quotas" aria-label="Quotas of ([^"]+)"')
USED = re.compile(
    r'<th scope="row">([^<]+)</th><td class="number">([^<]+)</td><td class="number">([^<]+)</td>'
)
CHANGE = {"overrides": [{"row": 1, "call": "invalid", "reason": "carry-over"}]}
TOO_MANY = httpx.codes.TOO_MANY_REQUESTS


def run(work: Callable[[], object]) -> None:
    async def connected() -> None:
        async with kept_open():
            await work()  # type: ignore[misc]

    asyncio.run(connected())


@pytest.fixture
def owner() -> str:
    """Somebody new, since the audit trail of a database only grows."""
    return f"ada {uuid4().hex[:8]}"


@pytest.mark.usefixtures("database")
def test_many_submissions_at_once_do_not_slip_past_a_quota(owner: str) -> None:
    async def work() -> None:
        store = JobStore(Quotas(waiting_jobs=5))
        made = await asyncio.gather(
            *(store.add(new_job(owner)) for _ in range(20)), return_exceptions=True
        )
        refused = [each for each in made if isinstance(each, QuotaError)]
        assert len(refused) == 15, made
        assert "would make 6 jobs wait, and the quota of the account is 5" in str(refused[0])
        assert (await usage_of(owner)).waiting_jobs == 5
        await store.add(new_job("bob"))

    run(work)


@pytest.mark.usefixtures("database")
def test_submissions_within_an_hour_are_counted_whatever_became_of_the_jobs(owner: str) -> None:
    async def work() -> None:
        store = JobStore(Quotas(submissions_per_hour=4))
        job = await a_job(store, owner)
        await store.add(a_version(job, of=job))
        await store.cancel(job.id, owner=owner)
        await store.queue_again(job.id, owner=owner)
        await store.delete((await a_job(store, owner)).id, owner=owner)
        assert (await usage_of(owner)).submissions == 4
        with pytest.raises(
            QuotaError, match="5 submissions within an hour, and your quota is 4"
        ) as received:
            await a_job(store, owner)
        assert 3500 < (received.value.retry_after_s or 0) <= 3601
        await store.cancel(job.id, owner=owner)
        with pytest.raises(QuotaError):
            await store.queue_again(job.id, owner=owner)
        assert (await store.get(job.id)).state == "cancelled"

    run(work)


@pytest.mark.usefixtures("database")
def test_who_submits_for_an_owner_uses_their_own_submissions_and_the_owners_room(
    owner: str,
) -> None:
    async def work() -> None:
        store = JobStore(Quotas(waiting_jobs=2, submissions_per_hour=1))
        job = await a_job(store, owner)
        await store.add(replace(a_version(job, of=job), acted_by=f"{owner} bob"))
        assert (await usage_of(f"{owner} bob"))[:3] == (0, 0, 1)
        assert (await usage_of(owner))[:3:2] == (2, 1)
        with pytest.raises(QuotaError, match="3 jobs wait"):
            await store.add(replace(a_version(job, of=job), acted_by="eve"))

    run(work)


@pytest.mark.usefixtures("database")
def test_jobs_that_are_started_together_exceed_no_quota_and_keep_their_order(owner: str) -> None:
    async def work() -> None:
        store = JobStore()
        jobs = [await a_job(store, owner) for _ in range(4)]
        await store.cancel_waiting([job.id for job in jobs], by=owner)
        ids = [job.id for job in reversed(jobs)]
        with pytest.raises(QuotaError, match="4 jobs wait"):
            await JobStore(Quotas(waiting_jobs=3)).queue_all_again(ids, owner=owner)
        assert (await usage_of(owner)).waiting_jobs == 0
        await a_job(store, "bob")
        queued = await store.queue_all_again(ids, owner=owner)
        assert [job.id for job in queued] == [job.id for job in jobs]
        assert [job.turn - queued[0].turn for job in queued] == [0, 1, 2, 3]
        claimed = [await next_held(store) for _ in range(3)]
        assert [job.owner for job in claimed].count("bob") == 1  # owners take turns
        assert await store.queue_all_again(ids, owner=owner) == []

    run(work)


@pytest.mark.usefixtures("database")
def test_a_job_that_is_sent_again_with_its_key_is_answered_beyond_a_quota(owner: str) -> None:
    async def work() -> None:
        store = JobStore(Quotas(waiting_jobs=1, submissions_per_hour=1))
        new = replace(new_job(owner), idempotency_key="one")
        first = await store.add(new)
        again = await store.add(replace(new_job(owner), idempotency_key="one"))
        assert again.id == first.id
        with pytest.raises(QuotaError):
            await store.add_all([replace(new_job(owner), idempotency_key="one"), new_job(owner)])

    run(work)


@pytest.mark.usefixtures("database")
def test_storage_counts_tables_results_and_uploads_until_they_expire(owner: str) -> None:
    async def work() -> None:
        quotas, now = Quotas(storage_mb=10), datetime.now(UTC)
        store = JobStore(quotas)

        async def pend(name: str, size_mb: int, *, expires_at: datetime) -> None:
            await add_pending_upload(
                name, owner=owner, size_bytes=size_mb * MB, expires_at=expires_at, quotas=quotas
            )

        job = await store.add(replace(new_job(owner), upload_bytes=3 * MB))
        await Job.update({Job.result_bytes: 2 * MB}).where(Job.id == job.id)
        await pend("old", 4, expires_at=now)
        await pend("new", 4, expires_at=now + timedelta(days=1))
        assert (await usage_of(owner)).storage_bytes == 9 * MB
        with pytest.raises(QuotaError, match=r"take 11\.0 MB of storage, .* is 10 MB") as received:
            await pend("more", 2, expires_at=now + timedelta(days=1))
        assert received.value.retry_after_s is None
        await store.add_all([replace(new_job(owner), upload_bytes=4 * MB)], instead_of=["new"])
        assert await PendingUploadSize.count() == 0
        with pytest.raises(QuotaError, match=r"take 11\.0 MB"):
            await store.add(replace(new_job(owner), upload_bytes=2 * MB))
        await store.delete(job.id, owner=owner)
        await store.add(replace(new_job(owner), upload_bytes=2 * MB))

    run(work)


@pytest.mark.usefixtures("database")
def test_an_account_can_have_quotas_of_its_own(owner: str) -> None:
    async def work() -> None:
        account = Account(id=owner, name=owner, name_key=owner, password_hash="", role="user")
        account.created_at = datetime.now(UTC)
        account.waiting_jobs_quota, account.storage_mb_quota = 2, 0
        await Account.insert(account)
        assert await quotas_of(owner, Quotas(1, 1, 1)) == Quotas(2, 0, 1)
        assert await quotas_of("bob", Quotas(1, 1, 1)) == Quotas(1, 1, 1)

    run(work)


def test_there_are_limits_where_many_share_a_server_and_none_where_one_runs_it() -> None:
    def read(**environment: str) -> tuple[int, int, int]:
        read = Settings.from_environment(environment)
        return read.waiting_jobs_per_user, read.storage_mb_per_user, read.submissions_per_hour

    assert read() == (0, 0, 0)
    assert read(SIALOSCOPE_ACCOUNTS="true") == (1000, 100_000, 2000)
    own = {"SIALOSCOPE_SUBMISSIONS_PER_HOUR": "0", "SIALOSCOPE_WAITING_JOBS_PER_USER": "7"}
    assert read(SIALOSCOPE_ACCOUNTS="true", **own) == (7, 100_000, 0)
    with pytest.raises(SettingError, match="whole number from 0"):
        read(SIALOSCOPE_STORAGE_PER_USER_MB="-1")


@pytest.fixture(scope="module")
def limited(shared_server: Sialoscope) -> Person:
    return add_person(shared_server, "limited@lab.example")


@contextmanager
def quotas(admin: Person, person: Person, **most: str) -> Iterator[None]:
    """Give an account other quotas for a while, as an administrator does."""
    with admin.session() as browser:
        ids = {name: id_ for id_, name in ACCOUNT.findall(browser.get("/admin/accounts").text)}
        path = f"/admin/accounts/{ids[person.name]}/quotas"
        assert send(browser, path, **most).is_success
        try:
            yield
        finally:
            send(browser, path)


def used(browser: httpx.Client) -> dict[str, tuple[str, str]]:
    return {what: (used, most) for what, used, most in USED.findall(browser.get("/account").text)}


def test_every_way_in_is_held_to_the_submissions_of_an_hour(admin: Person, limited: Person) -> None:
    with limited.program("read", "submit", "manage") as program, limited.session() as browser:
        job_id = submit(program, SMALL)
        finished(program, job_id)
        failed = submit(program, b"a,b\n1,2\n", "failed.csv")
        finished(program, failed)
        (upload,) = uploads_in(send(browser, "/preview", ("peaks.csv", SMALL)))
        made = int(used(browser)["Submissions in the last hour"][0])
        job, files = f"/api/v1/jobs/{job_id}", [("file", ("a.csv", SMALL))]
        ways: dict[str, Callable[[], httpx.Response]] = {
            "API": lambda: program.post("/api/v1/jobs", files=files),
            "batch": lambda: program.post("/api/v1/batches", files=files * 2),
            "cohort": lambda: program.post("/api/v1/cohorts", files=files * 2),
            "rerun": lambda: program.post(f"{job}/rerun", json={}),
            "refit": lambda: program.post(f"{job}/refit", json=CHANGE),
            "start again": lambda: program.post(f"/api/v1/jobs/{failed}/start"),
            "page": lambda: send(browser, "/jobs", ("a.csv", SMALL)),
            "page, many": lambda: send(browser, "/jobs", ("a.csv", SMALL), ("b.csv", SMALL)),
            "page, cohort": lambda: send(
                browser, "/jobs", ("a.csv", SMALL), ("b.csv", SMALL), together="cohort"
            ),
            "page, looked at": lambda: send(browser, "/jobs", upload=upload),
            "page, example": lambda: send(browser, "/jobs/example"),
            "page, start again": lambda: send(browser, f"/jobs/{failed}/start"),
            "page, rerun": lambda: send(browser, f"/jobs/{job_id}/rerun"),
            "page, repeat": lambda: send(browser, f"/jobs/{job_id}/repeat"),
        }
        with quotas(admin, limited, submissions_per_hour=str(made)):
            for name, way in ways.items():
                answer = way()
                assert answer.status_code == TOO_MANY, (name, answer.text)
                assert f"your quota is {made}." in answer.text, name
                assert answer.headers.get("retry-after", "x").isdecimal() or "fewer" in answer.text
            chosen = send(browser, "/jobs/selected/start", job=[failed])
            assert f"your quota is {made}." in chosen.text
            assert used(browser)["Submissions in the last hour"] == (str(made), str(made))
        assert program.get("/api/v1/jobs").json()["total"] == 2
        assert send(browser, "/jobs", upload=upload).url.path.startswith("/jobs/")


def test_a_batch_is_taken_whole_or_not_at_all(shared_server: Sialoscope, admin: Person) -> None:
    person = add_person(shared_server, "batches@lab.example")
    with (
        person.program("read", "submit") as program,
        quotas(admin, person, submissions_per_hour="3"),
    ):
        files = [("file", (f"{n}.csv", SMALL)) for n in range(4)]
        answer = program.post("/api/v1/batches", files=files)
        assert answer.status_code == TOO_MANY
        assert "4 submissions within an hour, and your quota is 3. Send fewer" in answer.text
        assert program.get("/api/v1/jobs").json()["total"] == 0
        assert program.post("/api/v1/batches", files=files[:3]).status_code == 202


def test_uploads_that_are_only_looked_at_fill_the_storage_too(
    shared_server: Sialoscope, admin: Person
) -> None:
    person = add_person(shared_server, "storage@lab.example")
    table = SMALL + b"GM1(36:1;O2),10.1,1000\n" * 20_000
    with person.session() as browser, quotas(admin, person, storage_mb="1"):
        first = send(browser, "/preview", ("peaks.csv", table))
        answer = send(browser, "/preview", ("other.csv", table + table))
        assert answer.status_code == TOO_MANY
        assert "the quota of the account is 1 MB" in answer.text
        assert "retry-after" not in answer.headers
        (upload,) = uploads_in(first)
        assert used(browser)["Storage (MB)"] == ("0.5", "1")
        assert send(browser, "/jobs", upload=upload).url.path.startswith("/jobs/")


def test_many_requests_at_once_are_held_to_the_quota(
    shared_server: Sialoscope, admin: Person
) -> None:
    person = add_person(shared_server, "hasty@lab.example")
    answers: list[int] = []
    with (
        person.program("read", "submit") as program,
        quotas(admin, person, submissions_per_hour="4"),
    ):

        def send_one() -> None:
            files = {"file": ("peaks.csv", SMALL)}
            answers.append(program.post("/api/v1/jobs", files=files).status_code)

        threads = [threading.Thread(target=send_one) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [202] * 4 + [TOO_MANY] * 8
        assert program.get("/api/v1/jobs").json()["total"] == 4


def test_a_quota_that_is_none_is_refused(admin: Person, limited: Person) -> None:
    with admin.session() as browser:
        ids = {name: id_ for id_, name in ACCOUNT.findall(browser.get("/admin/accounts").text)}
        path = f"/admin/accounts/{ids[limited.name]}/quotas"
        for wrong in ("-1", "many", "1.5", "1000001", "٣"):
            assert send(browser, path, waiting_jobs=wrong).status_code == 400, wrong
    with limited.session() as browser:
        assert browser.get(path).status_code == httpx.codes.FORBIDDEN


def test_a_share_with_an_unknown_name_looks_like_one_with_a_known_name(
    ada: Person, bob: Person
) -> None:
    unknown = "nobody@lab.example"
    with ada.program("read", "submit", "manage") as owner, ada.session() as browser:
        job_id = submit(owner, SMALL)
        path = f"/api/v1/jobs/{job_id}/shares"
        answers = {
            name: owner.put(path, json={"name": name.upper(), "may": "view"})
            for name in (bob.name, unknown)
        }
        assert {each.status_code for each in answers.values()} == {httpx.codes.OK}
        listed = owner.get(path).json()["shares"]
        assert [each["name"] for each in listed] == [bob.name.upper(), unknown.upper()]
        assert [set(each) for each in listed] == [{"account", "name", "may"}] * 2
        assert {len(each["account"]) for each in listed} == {32}
        page = send(browser, f"/jobs/{job_id}/shares", name=unknown, may="edit")
        assert page.is_success
        shares = owner.get(path).json()["shares"]
        assert [each["may"] for each in shares] == ["view", "edit"]
        assert [each["account"] for each in shares] == [each["account"] for each in listed]
        for each in shares:
            assert owner.delete(f"{path}/{each['account']}").status_code == 204
        assert owner.get(path).json()["shares"] == []
        again = owner.put(path, json={"name": "no such name", "may": "view"})
        assert again.status_code == httpx.codes.BAD_REQUEST


def test_a_name_stays_in_the_list_when_its_account_goes(
    shared_server: Sialoscope, admin: Person, ada: Person
) -> None:
    going = add_person(shared_server, "going@lab.example")
    with ada.program("read", "submit", "manage") as owner, admin.session() as browser:
        path = f"/api/v1/jobs/{submit(owner, SMALL)}/shares"
        before = owner.put(path, json={"name": going.name}).json()
        ids = {name: id_ for id_, name in ACCOUNT.findall(browser.get("/admin/accounts").text)}
        typed = {"jobs": "delete", "confirming_password": admin.password}
        send(browser, f"/admin/accounts/{ids[going.name]}/delete", **typed)
        assert owner.get(path).json() == before
        add_person(shared_server, going.name)
        with Person(shared_server, going.name).program("read") as other:
            assert other.get(path.removesuffix("/shares")).status_code == httpx.codes.NOT_FOUND
