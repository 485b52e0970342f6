"""The description of the API: whole, true of the running server, and no break of a release."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import httpx
import jsonschema_rs
import pytest

from app.analysis.reporting.result import MODEL_SCHEMA, ROW_SCHEMA
from app.web.features.results.row_schema import Model, Row
from app.web.openapi.answers import MEANINGS
from app.web.openapi.description import TAGS
from tests.api_surface import RELEASED, breaks, surface
from tests.people import Person
from tests.schema_run import schema_run, whole_api

# Their answers are files, streams or nothing; followJob and the like show theirs as text.
WITHOUT_ANSWER = (
    "deleteJob",
    "unshareJob",
    "releaseJob",
    "deletePreset",
    "deleteJobView",
    "deleteWebhook",
    "revokeToken",
    "exportJob",
    "exportCohort",
    "downloadBundle",
    "exportLibrary",
    "deleteLibraryForGood",
    "downloadTargetList",
    "downloadJudgements",
    "followJob",
    "followAllJobs",
    "followBulkAction",
    "followReview",
    "followJobsByStreamToken",
    "followOverviewByStreamToken",
    "followJobByStreamToken",
    "deleteStreamToken",
    "drainWorker",
    "resumeWorker",
)
WITHOUT_LOGIN = ("isAlive", "isReady", "listSigningKeys")
DEPRECATED_HEADERS = {"Deprecation", "Link"}


@pytest.fixture(scope="module")
def root() -> Iterator[Person]:
    with whole_api() as administrator:
        yield administrator


@pytest.fixture(scope="module")
def program(root: Person) -> Iterator[httpx.Client]:
    with root.program("read") as client:
        yield client


@pytest.fixture(scope="module")
def schema(program: httpx.Client) -> dict[str, Any]:
    described: dict[str, Any] = program.get("/api/openapi.json").json()
    return described


def operations(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["operationId"]: one for item in schema["paths"].values() for one in item.values()}


def test_each_operation_is_listed_and_described(schema: dict[str, Any]) -> None:
    found = operations(schema)
    assert set(found) == set(MEANINGS)
    for name, operation in found.items():
        assert operation["summary"], name
        assert set(operation["tags"]) <= set(TAGS), name
        answer = operation["responses"][min(operation["responses"])]
        bodies = [operation["requestBody"]] if "requestBody" in operation else []
        bodies += [] if name in WITHOUT_ANSWER else [answer]
        for body in bodies:
            assert all(content["examples"] for content in body["content"].values()), name


def test_each_error_is_a_problem_with_a_sentence(schema: dict[str, Any]) -> None:
    for name, operation in operations(schema).items():
        errors = {code: one for code, one in operation["responses"].items() if code >= "400"}
        assert {"400", "401", "403", "503"} <= set(errors) or name in WITHOUT_LOGIN
        for error in errors.values() if name not in WITHOUT_LOGIN else ():
            (shown,) = error["content"]["application/problem+json"]["examples"].values()
            assert shown["value"]["detail"].endswith(".")


def test_the_examples_are_what_the_schema_says(schema: dict[str, Any]) -> None:
    for name, operation in operations(schema).items():
        body = operation.get("requestBody", {}).get("content", {}).values()
        answers = operation["responses"].values()
        json_answers = [
            content
            for answer in answers
            for kind, content in answer.get("content", {}).items()
            if kind.endswith("json")
        ]
        for content in [*body, *json_answers]:
            whole = content["schema"] | {"components": schema["components"]}
            for example in content.get("examples", {}).values():
                errors = [str(e) for e in jsonschema_rs.iter_errors(whole, example["value"])]
                assert errors == [], name


def test_the_described_columns_are_those_of_a_result() -> None:
    assert list(Row.__struct_fields__) == list(ROW_SCHEMA)
    assert list(Model.__struct_fields__) == list(MODEL_SCHEMA)


def test_nothing_that_was_released_is_broken(schema: dict[str, Any]) -> None:
    assert breaks(json.loads(RELEASED.read_text()), surface(schema)) == []


def test_what_is_deprecated_is_so_by_the_helper_that_says_it(schema: dict[str, Any]) -> None:
    for name, operation in operations(schema).items():
        if operation.get("deprecated"):  # tests/unit/web/test_deprecation.py has some that are
            headers = set(min(operation["responses"].items())[1].get("headers", {}))
            assert headers >= DEPRECATED_HEADERS, name


def test_a_job_has_one_name_for_its_id_in_every_answer(schema: dict[str, Any]) -> None:
    types = {
        name: one["properties"]
        for name, one in schema["components"]["schemas"].items()
        if "properties" in one
    }
    for name in ("Accepted", "JobView", "JobOf", "DueJob"):
        assert "id" in types[name], name
    # A delivery and a lost attempt are about a job and are none.
    twins = {name for name, fields in types.items() if "job_id" in fields}
    assert twins == {"Accepted", "DeliveryView", "LostJob"}
    assert types["Accepted"]["job_id"]["deprecated"]


def test_a_break_is_noticed_and_an_addition_is_none(schema: dict[str, Any]) -> None:
    released = surface(schema)
    now = deepcopy(released)
    now["operations"]["newOne"] = now["operations"]["showJob"]
    now["types"]["JobView"]["fields"].append("colour")
    assert breaks(released, now) == []
    del now["operations"]["listModels"]
    now["types"]["Row"]["fields"].remove("rt_min")
    now["types"]["Refit"]["required"].append("who")
    now["operations"]["listRows"]["parameters"].remove("sort")
    now["operations"]["showJob"]["route"] = "GET /api/v1/job/{job_id}"
    assert len(breaks(released, now)) == 5


# Few examples of each operation, always the same; docs/api.md says how to send more.
OPTIONS = ("--phases", "examples,coverage,fuzzing", "--max-examples", "3", "--seed", "1")


@pytest.mark.timeout(900)  # a hundred operations get dozens of requests each
def test_the_api_does_what_its_description_says(root: Person) -> None:
    done = schema_run(root, *OPTIONS)
    assert done.code == 0, done.says
    assert done.never_answered == []


def test_a_method_that_is_not_there_is_refused_with_those_that_are(program: httpx.Client) -> None:
    answer = program.put("/api/v1/jobs")
    assert answer.status_code == httpx.codes.METHOD_NOT_ALLOWED
    assert {"GET", "POST"} <= set(answer.headers["allow"].split(", "))
    assert answer.json()["detail"]
