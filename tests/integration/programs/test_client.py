"""The Python client against a running Sialoscope, also while its web process is killed."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pandas as pd
import polars as pl
import pytest
import sialoscope_client
from sialoscope_client import AsyncSialoscope, Event, Sialoscope
from sialoscope_client.connection import options
from sialoscope_client.events import LAST

from app.analysis.example.example_table import example_table
from tests.integration.api import SMALL, large_table
from tests.servers import TOKEN
from tests.servers import Sialoscope as Server

BROKEN = b"a,b\n1,2\n"


@pytest.fixture
def sialoscope(server: Server) -> Iterator[Sialoscope]:
    with Sialoscope(server.url, TOKEN) as client:
        yield client


@pytest.fixture(scope="module")
def example_job(server: Server) -> sialoscope_client.Job:
    with Sialoscope(server.url, TOKEN) as client:
        return client.wait(client.submit(example_table()))


def test_tables_of_all_kinds_are_submitted(sialoscope: Sialoscope, tmp_path: Path) -> None:
    frame = pl.read_csv(SMALL)
    path = tmp_path / "peaks.csv"
    path.write_bytes(SMALL)
    columns = {"name": "Name", "rt": "RT", "volume": "Volume"}
    jobs = [
        sialoscope.submit(path, rt_tolerance=0.2),
        sialoscope.submit(str(path), name="other.csv", columns=columns),
        sialoscope.submit(SMALL),
        sialoscope.submit(frame),
        sialoscope.submit(pd.DataFrame(frame.to_dict(as_series=False))),
    ]
    ended = [sialoscope.wait(job) for job in jobs]
    assert [job.summary and job.summary["rows"] for job in ended] == [2] * 5
    assert ended[0].settings["rt_tolerance"] == 0.2
    assert [job.file_name for job in ended[:2]] == ["peaks.csv", "other.csv"]
    assert ended[1].mapping == columns
    labelled = sialoscope.label(jobs[0], tags=["by-client"], note="first")
    assert (labelled.tags, labelled.note) == (["by-client"], "first")
    renamed = sialoscope.label(jobs[0], name="brain")
    assert (renamed.file_name, renamed.note) == ("brain.csv", "first")
    assert [job.id for job in sialoscope.jobs(q="tag:by-client note:first").jobs] == [labelled.id]
    listed = sialoscope.jobs(limit=5)
    assert {job.id for job in listed.jobs} == {job.id for job in jobs}


def test_a_result_is_read_as_frames_and_files(
    sialoscope: Sialoscope, example_job: sialoscope_client.Job, tmp_path: Path
) -> None:
    assert example_job.summary
    rows = sialoscope.rows(example_job)
    assert rows.height == example_job.summary["rows"]
    outliers = sialoscope.rows(example_job, call="outlier", sort="-rt_min")
    assert outliers.height == example_job.summary["counts"]["outlier"] > 0
    assert outliers["rt_min"].is_sorted(descending=True)
    assert list(rows.to_pandas()["row"]) == rows["row"].to_list()
    assert sialoscope.models(example_job).height == example_job.summary["models"]
    assert sialoscope.row(example_job, 1)["row"]["row"] == 1
    written = sialoscope.export(example_job, tmp_path / "calls.parquet")
    assert pl.read_parquet(written).height == rows.height
    assert sialoscope.export(example_job, tmp_path / "calls.mztab").read_text().startswith("MTD")


def test_a_job_is_run_again_and_refitted(
    sialoscope: Sialoscope, example_job: sialoscope_client.Job
) -> None:
    again = sialoscope.wait(sialoscope.rerun(example_job, rt_tolerance=0.3))
    assert (again.rerun_of, again.settings["rt_tolerance"]) == (example_job.id, 0.3)
    row = sialoscope.rows(example_job, call="outlier")["row"][0]
    override = {"row": row, "call": "true", "reason": "Seen in MS/MS."}
    version = sialoscope.wait(sialoscope.refit(example_job, [override]))
    assert version.version_of == example_job.id
    assert sialoscope.rows(version, rows=str(row))["call"].to_list() == ["true"]


def test_a_table_is_previewed_and_its_question_answered(sialoscope: Sialoscope) -> None:
    marked = example_table().with_columns(pl.col("Anchor").replace({"T": "sicher", "F": "offen"}))
    (question,) = sialoscope.preview(marked)["questions"]
    answer = question["answers"][1]["value"]
    answered = sialoscope.preview(marked, anchor_words=answer)
    assert (question["subject"], answer) == ("anchor_words", "sicher")
    assert (answered["questions"], answered["columns"]["anchor"]) == ([], "Anchor")
    job = sialoscope.submit(marked, anchor_words=answer)
    assert job.reading == {"anchor_words": "sicher"}


def test_two_runs_are_compared_and_a_run_is_recorded_and_counted(
    sialoscope: Sialoscope, example_job: sialoscope_client.Job
) -> None:
    again = sialoscope.wait(sialoscope.rerun(example_job, outlier_threshold=1.5))
    found = sialoscope.compare(example_job, again)
    assert found["total"] == len(found["rows"]) > 0
    assert sialoscope.record(again)["settings"]["outlier_threshold"] == 1.5
    amounts = sialoscope.quantities(example_job, by="category", standards=["GM1(36:1;O2) = 50"])
    assert {"GM", "GD"} <= {total["group"] for total in amounts["totals"]}
    assert amounts["notes"]


def test_many_tables_are_a_batch_or_a_cohort(sialoscope: Sialoscope) -> None:
    batch = sialoscope.submit_batch([SMALL, b"", SMALL])
    assert [sialoscope.wait(job).status for job in batch.jobs] == ["succeeded"] * 2
    assert "is empty" in batch.refused[0].detail
    assert [job.id for job in sialoscope.batch(batch.batch_id).jobs] == [j.id for j in batch.jobs]
    cohort = sialoscope.wait(sialoscope.submit_cohort([SMALL, SMALL], name="Two"))
    assert sialoscope.rows(cohort)["sample"].unique().to_list() != [""]
    assert len(cohort.files) == 2


def test_errors_carry_the_sentence_of_the_server(sialoscope: Sialoscope, server: Server) -> None:
    with pytest.raises(sialoscope_client.NotFoundError, match="There is no job unknown"):
        sialoscope.job("unknown")
    with pytest.raises(sialoscope_client.NotFoundError):
        list(sialoscope.follow("unknown"))
    with pytest.raises(sialoscope_client.RefusedError, match="must lie between"):
        sialoscope.submit(SMALL, rt_tolerance=9)
    with pytest.raises(sialoscope_client.LoginError), Sialoscope(server.url, "wrong") as stranger:
        stranger.jobs()
    broken = sialoscope.submit(BROKEN)
    with pytest.raises(sialoscope_client.JobEndedError, match="failed"):
        sialoscope.wait(broken)
    with pytest.raises(sialoscope_client.TooEarlyError, match="failed"):
        sialoscope.rows(broken)
    sialoscope.start(broken)
    with pytest.raises(sialoscope_client.JobEndedError):
        sialoscope.wait(broken)
    sialoscope.delete(broken)
    with pytest.raises(sialoscope_client.NotFoundError):
        sialoscope.job(broken)


class LosesTheFirstAnswer(httpx.HTTPTransport):
    """A connection that breaks after the server has taken the first request."""

    has_lost = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = super().handle_request(request)
        if self.has_lost:
            return answer
        self.has_lost = True
        answer.read()
        raise httpx.ReadError("The connection broke.", request=request)


def test_a_submission_whose_answer_is_lost_makes_one_job(
    sialoscope: Sialoscope, server: Server
) -> None:
    before = sialoscope.jobs(limit=1).total
    sialoscope.close()
    transport = LosesTheFirstAnswer()
    sialoscope._http = httpx.Client(**options(server.url, TOKEN, 60), transport=transport)
    sialoscope.submit(SMALL)
    assert transport.has_lost
    assert sialoscope.jobs(limit=1).total == before + 1


def test_a_client_follows_a_job_while_the_web_is_killed(
    sialoscope: Sialoscope, server: Server
) -> None:
    job = sialoscope.submit(large_table(copies=300))
    heard: list[Event] = []
    for event in sialoscope.follow(job):
        heard.append(event)
        if len(heard) == 3:
            server.restart("web")
    assert_is_all(heard, list(sialoscope.follow(job)))


def test_an_async_client_follows_all_jobs_while_the_web_is_killed(server: Server) -> None:
    async def work() -> tuple[list[Event], dict[str, list[Event]]]:
        async with AsyncSialoscope(server.url, TOKEN) as client:
            jobs: set[str] = set()
            heard: list[Event] = []
            ended: set[str] = set()
            listening = client.follow_all()
            submitting: asyncio.Task[None] | None = None

            async def submit() -> None:
                for _ in range(2):
                    jobs.add((await client.submit(large_table(copies=100))).id)

            submitting = asyncio.create_task(submit())
            killing: asyncio.Task[None] | None = None
            async for event in listening:
                heard.append(event)
                if killing is None:
                    killing = asyncio.create_task(asyncio.to_thread(server.restart, "web"))
                if event.is_last:
                    ended.add(event.job_id)
                if submitting.done() and jobs and jobs <= ended:
                    break
            assert killing is not None
            await killing
            received = {job: [event async for event in client.follow(job)] for job in jobs}
            return heard, received

    heard, received = asyncio.run(work())
    for job_id, events in received.items():
        of_job = [event for event in heard if event.job_id == job_id]
        assert [event.name for event in of_job if event.name in LAST] == ["complete"]
        said = [event.data["number"] for event in of_job if event.name == "rule"]
        assert said == [event.data["number"] for event in events if event.name == "rule"]


def test_an_async_client_does_what_the_other_does(server: Server, tmp_path: Path) -> None:
    async def work() -> None:
        async with AsyncSialoscope(server.url, TOKEN) as client:
            job = await client.wait(await client.submit(SMALL))
            assert (await client.rows(job)).height == 2
            assert (await client.models(job)).height > 0
            written = await client.export(job, tmp_path / "calls.csv")
            assert written.read_text().startswith("row,")
            slow = await client.submit(large_table(copies=1000))
            await client.cancel(slow)
            with pytest.raises(sialoscope_client.JobEndedError, match="cancelled"):
                await client.wait(slow)
            with pytest.raises(sialoscope_client.NotFoundError):
                await client.job("unknown")
            token = await client.make_stream_token("job", job.id, minutes=5)
            assert token.streams == [f"/api/v1/streams/jobs/{job.id}/events"]
            assert [each.id for each in await client.stream_tokens()] == [token.id]
            await client.revoke_stream_token(token)
            assert await client.stream_tokens() == []
            changed = await client.change_alerts(rules={"disk": {"on": True, "threshold": 99}})
            assert changed.rules == (await client.alerts()).rules
            assert {rule["name"]: rule["threshold"] for rule in changed.rules}["disk"] == 99

    asyncio.run(work())


def test_both_clients_have_the_same_methods() -> None:
    assert public(Sialoscope) == public(AsyncSialoscope)


def public(kind: type) -> dict[str, list[str]]:
    methods = {name: getattr(kind, name) for name in vars(kind) if not name.startswith("_")}
    return {name: list(method.__annotations__) for name, method in methods.items()}


def assert_is_all(heard: list[Event], again: list[Event]) -> None:
    """What was heard over a break has all that is heard without one, in order, and once."""
    ids = [event.id for event in heard if event.id]
    assert len(ids) == len(set(ids))
    assert ids == [event.id for event in again if event.id]
    assert [event.name for event in heard if event.is_last] == ["complete"]
