"""Creates real objects for the schema run: an existing value for each address parameter."""

from typing import Any, TypeAlias

import httpx
import polars as pl

from app.analysis.example.example_table import example_table
from tests.integration.api import finished, submit
from tests.people import Person
from tests.servers import wait_until

TABLE = example_table().write_csv().encode()
HOOK = {"url": "https://localhost/hook", "events": ["failed"]}
DECISION = {"row": 1, "call": "ambiguous", "reason": "two peaks"}
OF_COMPARISONS = ("listJudgements", "downloadJudgements", "keepWhatHolds")
OF_COHORTS = ("listSamples", "showMatrix", "compareTwoGroups", "exportCohort")
BY_STREAM_TOKEN = [f"follow{what}ByStreamToken" for what in ("Jobs", "Overview", "Job")]
LAST = "/api/v1/ops/workers/"

Json: TypeAlias = dict[str, Any]
Values: TypeAlias = dict[str, str]


def show_things(schema: Json, program: httpx.Client, bob: Person, account: str) -> None:
    """Write existing ids into a description, as examples of its parameters.

    Workers are drained meanwhile, so that jobs stay queued to be cancelled or started. The
    description's own operation resumes them, and is put last.
    """
    usual = _usual(program)
    own = _of_their_own(program, usual["job_id"], bob, account)
    for item in schema["paths"].values():
        for operation in item.values():
            given = own.get(operation["operationId"], {})
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "path" or parameter["name"] in given:
                    parameter["example"] = (usual | given)[parameter["name"]]
    _show_library_file(schema, program, usual["library_id"])
    schema["paths"] = dict(sorted(schema["paths"].items(), key=lambda each: LAST in each[0]))


def _show_library_file(schema: Json, program: httpx.Client, library_id: str) -> None:
    """Make a signed file the example of the import, because no other text is one."""
    file = program.get(f"/api/v1/libraries/{library_id}/file").raise_for_status().text
    body = schema["paths"]["/api/v1/library-files"]["post"]["requestBody"]
    for content in body["content"].values():
        for example in content["examples"].values():
            example["value"] = {"file": file, "name": "imported"}


def _cohort(program: httpx.Client) -> Values:
    """A job with two groups of two samples, and the names of the groups."""
    samples = [
        example_table().with_columns(sample=pl.lit(name)) for name in ("a1", "a2", "b1", "b2")
    ]
    job_id = submit(program, pl.concat(samples).write_csv().encode())
    assert finished(program, job_id)["status"] == "succeeded"
    return {"job_id": job_id, "one": "a", "other": "b"}


def _comparison(program: httpx.Client, job_id: str) -> str:
    """A job that compares two programs, by the table of a job and the same again."""
    made = _made(program, "POST", f"/api/v1/jobs/{job_id}/arbiter/{_job(program)}", {})
    assert finished(program, made["id"])["status"] == "succeeded"
    return str(made["id"])


def _usual(program: httpx.Client) -> Values:
    """The values for most operations, by parameter; none of these operations deletes them."""
    job_id = submit(program, TABLE)
    other_id = program.post(f"/api/v1/jobs/{job_id}/rerun", json={}).json()["job_id"]
    batch = program.post("/api/v1/batches", files={"file": ("peaks.csv", TABLE)}).json()
    for each in (job_id, other_id, batch["jobs"][0]["id"]):
        assert finished(program, each)["status"] == "succeeded"
    webhook_id, delivery_id = _webhook(program)
    library = _made(program, "POST", "/api/v1/libraries", {"job": job_id, "name": "a method"})
    return {
        "library_id": library["id"],
        "job_id": job_id,
        "other_id": other_id,
        "row": "1",
        "attempt": "1",
        "batch_id": batch["batch_id"],
        "webhook_id": webhook_id,
        "delivery_id": delivery_id,
        "schedule": "expired",
        "worker": _worker(program)["worker"],
    }


def _reviews(program: httpx.Client, bob: Person, account: str) -> dict[str, Values]:
    """Reviews that the account opened, or that ask for its judgements, by operation."""
    readers = {"reviewers": [bob.name, "carol@lab.example", "dora@lab.example"]}
    own = [_job(program) for _ in range(7)]
    made = [_made(program, "POST", f"/api/v1/jobs/{each}/reviews", readers) for each in own[:5]]
    ids = [each["id"] for each in made]
    with bob.program("read", "submit", "manage") as of_bob:
        for each in ids[2:]:
            _made(of_bob, "PUT", f"/api/v1/reviews/{each}/rows/1", {"call": "true"})
        asked = {"reviewers": [account, "carol@lab.example"]}
        asks = _made(of_bob, "POST", f"/api/v1/jobs/{_job(of_bob)}/reviews", asked)["id"]
    for each in ids[2:]:
        _made(program, "POST", f"/api/v1/reviews/{each}/close", None)
    decided = {"call": "true", "note": "seen in MS/MS"}
    _made(program, "PUT", f"/api/v1/reviews/{ids[4]}/conflicts/1", decided)
    return {
        "openReview": {"job_id": own[5]},
        "signOffJob": {"job_id": own[6]},
        **{name: {"review_id": ids[0]} for name in ("showReview", "followReview")},
        **{name: {"review_id": asks} for name in ("listReviewRows", "judgeRow")},
        "addReviewer": {"review_id": ids[0]},
        "withdrawReviewer": {"review_id": ids[0], "reviewer_id": made[0]["reviewers"][0]["id"]},
        "closeReviewOfJob": {"review_id": ids[1]},
        "listConflicts": {"review_id": ids[2]},
        "decideConflict": {"review_id": ids[3]},
        "adoptReview": {"review_id": ids[4]},
    }


def _job(program: httpx.Client) -> str:
    job_id = submit(program, TABLE)
    assert finished(program, job_id)["status"] == "succeeded"
    return job_id


def _of_their_own(
    program: httpx.Client, job_id: str, bob: Person, account: str
) -> dict[str, Values]:
    """The values for operations that delete theirs, or need a special one, by operation."""
    cohort = dict.fromkeys(OF_COHORTS, _cohort(program))
    comparison = _comparison(program, job_id)
    compared = {name: {"job_id": comparison} for name in OF_COMPARISONS}
    version = _made(program, "POST", f"/api/v1/jobs/{job_id}/refit", {"overrides": [DECISION]})
    assert finished(program, version["id"])["status"] == "succeeded"
    reviews = _reviews(program, bob, account)
    _drain(program)
    need_jobs = [
        *("startJob", "cancelJob", "cancelAnyJob", "retryAnyJob", "deleteJob"),
        *("runJobNext", "runAnyJobNext"),
    ]
    jobs = {name: {"job_id": submit(program, TABLE)} for name in need_jobs}
    _made(program, "POST", f"/api/v1/jobs/{jobs['retryAnyJob']['job_id']}/cancel", None)
    preset = _made(program, "POST", "/api/v1/presets", {"name": "to be deleted"})
    view = {"name": "to be deleted", "q": "tag:brain"}
    of_library = {"job": job_id, "name": "to be deleted"}
    library_id = _made(program, "POST", "/api/v1/libraries", of_library)["id"]
    stream_token, opens_all = (
        _made(program, "POST", "/api/v1/stream-tokens", {"opens": "all"}) for _ in range(2)
    )
    view_id = _made(program, "POST", "/api/v1/saved-views", view)["id"]
    webhook = _made(program, "POST", "/api/v1/webhooks", HOOK)
    token = _made(program, "POST", "/api/v1/tokens", {"name": "to be revoked", "scopes": ["read"]})
    shares = _made(program, "PUT", f"/api/v1/jobs/{job_id}/shares", {"name": bob.name})
    # The example of an action on many jobs matches this job; other jobs stay for other operations.
    _made(program, "PUT", f"/api/v1/jobs/{submit(program, TABLE)}/labels", {"tags": ["brain"]})
    tagging = {"action": "tag", "q": "tag:brain", "tags": ["of-all"]}
    bulk = _made(program, "POST", "/api/v1/bulk-actions", tagging)
    return (
        jobs
        | cohort
        | compared
        | reviews
        | {
            "listMovedCalls": {"job_id": version["id"]},
            "showBulkAction": {"action_id": bulk["id"]},
            "followBulkAction": {"action_id": bulk["id"]},
            "deleteLibraryForGood": {"library_id": library_id},
            "deletePreset": {"preset_id": preset["id"]},
            "deleteJobView": {"view_id": view_id},
            **{name: {"token": opens_all["token"]} for name in BY_STREAM_TOKEN},
            "deleteStreamToken": {"stream_token_id": stream_token["id"]},
            "showAccountQuotas": {"account": bob.name},
            "setAccountRole": {"account": bob.name},
            "setAccountQuotas": {"account": bob.name},
            "deleteWebhook": {"webhook_id": webhook["id"]},
            "revokeToken": {"token_id": token["id"]},
            "unshareJob": {"account": shares["shares"][0]["account"]},
        }
    )


def _webhook(program: httpx.Client) -> tuple[str, str]:
    """A webhook, and a call of it that has failed."""
    webhook = f"/api/v1/webhooks/{_made(program, 'POST', '/api/v1/webhooks', HOOK)['id']}"
    delivery_id = _made(program, "POST", f"{webhook}/test", None)["delivery_id"]

    def has_failed() -> bool:
        (call,) = program.get(f"{webhook}/deliveries").json()["deliveries"]
        return bool(call["state"] == "failed")

    wait_until(has_failed)
    return webhook.rpartition("/")[2], delivery_id


def _drain(program: httpx.Client) -> None:
    program.post(f"/api/v1/ops/workers/{_worker(program)['worker']}/drain").raise_for_status()
    wait_until(lambda: bool(_worker(program)["status"] == "drained"))


def _worker(program: httpx.Client) -> Json:
    found: Json
    (found,) = program.get("/api/v1/ops").json()["workers"]
    return found


def _made(program: httpx.Client, method: str, path: str, what: Json | None) -> Json:
    answer: Json = program.request(method, path, json=what).raise_for_status().json()
    return answer
