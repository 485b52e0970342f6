"""Reviews: two readers judge rows blind, conflicts are decided, a version adopts the decisions."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import httpx
import pytest
from httpx_sse import connect_sse
from sialoscope_client import Sialoscope as SialoscopeClient
from sialoscope_client import SialoscopeError
from sialoscope_client.asynchronous.reviews import AsyncReviewMethods
from sialoscope_client.synchronous.reviews import ReviewMethods

from app.analysis.example.example_table import example_table
from app.db.accounts.tokens import SCOPES
from app.proof.checks import checks, open_bundle
from tests.integration.api import finished, submit
from tests.page_forms import send
from tests.people import Person, add_person, user_command
from tests.servers import Sialoscope, running_sialoscope, wait_until

Json = dict[str, Any]
ROWS = "1,2,3,4"


@pytest.fixture(scope="module")
def own_server() -> Iterator[Sialoscope]:
    """With accounts that come and go."""
    with running_sialoscope({"SIALOSCOPE_ACCOUNTS": "true"}) as running:
        yield running


@pytest.fixture(scope="module")
def people(own_server: Sialoscope) -> dict[str, Person]:
    names = ("olga", "rita", "rolf", "elsa")
    found = {name: add_person(own_server, f"{name}@lab.example") for name in names}
    return found | {"root": add_person(own_server, "root@lab.example", "--admin")}


@pytest.fixture(scope="module")
def programs(people: dict[str, Person]) -> Iterator[dict[str, httpx.Client]]:
    opened = {name: person.program(*SCOPES) for name, person in people.items()}
    yield {name: each.__enter__() for name, each in opened.items()}
    for each in opened.values():
        each.__exit__(None, None, None)


@pytest.fixture
def job_id(programs: dict[str, httpx.Client]) -> str:
    made = submit(programs["olga"], example_table().write_csv().encode())
    assert finished(programs["olga"], made)["status"] == "succeeded"
    return made


def opened(programs: dict[str, httpx.Client], job_id: str, *names: str, rows: str = ROWS) -> Json:
    wanted = {"reviewers": [f"{name}@lab.example" for name in names], "filter": {"rows": rows}}
    answer = programs["olga"].post(f"/api/v1/jobs/{job_id}/reviews", json=wanted)
    assert answer.status_code == 201, answer.text
    review: Json = answer.json()
    return review


def judged(program: httpx.Client, review: Json, **calls: str) -> None:
    for row, call in calls.items():
        path = f"/api/v1/reviews/{review['id']}/rows/{row.removeprefix('row')}"
        answer = program.put(path, json={"call": call})
        assert (answer.status_code, answer.json().get("call")) == (200, call), answer.text


def shared(programs: dict[str, httpx.Client], job_id: str, name: str, may: str) -> None:
    sent = {"name": f"{name}@lab.example", "may": may}
    assert programs["olga"].put(f"/api/v1/jobs/{job_id}/shares", json=sent).is_success


def test_two_readers_a_third_who_decides_and_a_version_that_is_signed_off(
    programs: dict[str, httpx.Client], job_id: str
) -> None:
    olga, rita, rolf, elsa = (programs[name] for name in ("olga", "rita", "rolf", "elsa"))
    shared(programs, job_id, "elsa", "edit")
    shared(programs, job_id, "rita", "view")
    review = opened(programs, job_id, "rita", "rolf")
    path = f"/api/v1/reviews/{review['id']}"
    assert {each["name"]: each["could_see"] for each in review["reviewers"]} == {
        "rita@lab.example": True,
        "rolf@lab.example": False,
    }
    seen_by_elsa = elsa.get(path).json()["reviewers"]
    assert [each["could_see"] for each in seen_by_elsa] == [None, None], (
        "Shares are not hers to see."
    )
    assert rita.get(f"/api/v1/jobs/{job_id}/rows").status_code == 403
    assert [each["id"] for each in rita.get("/api/v1/reviews").json()["reviews"]] == [review["id"]]
    rows = rita.get(f"{path}/rows").json()
    assert (rows["total"], [each["row"] for each in rows["rows"]]) == (4, [1, 2, 3, 4])
    judged(rita, review, row1="true", row2="outlier", row3="true")
    judged(rolf, review, row1="true", row2="true", row3="true", row4="ambiguous")
    seen = olga.get(path).json()
    assert {each["name"]: each["judged"] for each in seen["reviewers"]} == {
        "rita@lab.example": 3,
        "rolf@lab.example": 4,
    }
    assert (seen["agreement"], seen["conflicts"]) == ([], None)
    assert olga.get(f"{path}/conflicts").status_code == 409
    assert elsa.post(f"{path}/close").status_code == 403
    closed = olga.post(f"{path}/close").json()
    (pair,) = closed["agreement"]
    assert (pair["rows"], pair["observed"], pair["kappa"]) == (3, pytest.approx(2 / 3), 0)
    assert (closed["conflicts"], closed["undecided"]) == (2, 2)
    assert rita.get(f"/api/v1/jobs/{job_id}/rows").is_success  # by her share
    assert rolf.get(f"/api/v1/jobs/{job_id}/rows").status_code == 404
    assert rita.put(f"{path}/rows/1", json={"call": "outlier"}).status_code == 409
    assert rita.put(f"{path}/conflicts/2", json={"call": "true", "note": "x"}).status_code == 403
    shared(programs, job_id, "rita", "edit")
    own = rita.put(f"{path}/conflicts/2", json={"call": "true", "note": "x"})
    assert (own.status_code, "judged these rows yourself" in own.text) == (409, True)
    assert olga.post(f"{path}/adopt").status_code == 409
    for row, call in ((2, "outlier"), (4, "ambiguous")):
        decided = elsa.put(f"{path}/conflicts/{row}", json={"call": call, "note": "MS/MS"})
        assert decided.status_code == 200, decided.text
    assert elsa.put(f"{path}/conflicts/1", json={"call": "true", "note": "x"}).status_code == 400
    adopted = olga.post(f"{path}/adopt")
    assert adopted.status_code == 202, adopted.text
    version = finished(olga, adopted.json()["id"])
    assert version["version"] == 2
    assert {each["row"]: each["call"] for each in version["overrides"]} == {
        1: "true",
        2: "outlier",
        3: "true",
        4: "ambiguous",
    }
    assert version["overrides"][1]["reason"] == (
        "Reviewers said confirmed and not confirmed; decided: MS/MS"
    )
    assert olga.post(f"{path}/adopt").status_code == 409
    trail = [each["what"] for each in olga.get(f"/api/v1/jobs/{job_id}/audit").json()["entries"]]
    for what in ("review opened", "review closed", "conflict decided"):
        assert what in trail
    is_locked(programs, version["id"])


def is_locked(programs: dict[str, httpx.Client], version: str) -> None:
    olga, path = programs["olga"], f"/api/v1/jobs/{version}"
    before = olga.get(f"{path}/rows").json()
    signed = olga.post(f"{path}/sign-off", json={"note": "for the paper"}).json()
    assert signed["signed_off"]["by"] == "olga@lab.example"
    assert olga.post(f"{path}/sign-off", json={}).status_code == 409
    assert olga.delete(path).status_code == 409
    assert olga.put(f"{path}/labels", json={"note": "changed"}).status_code == 400
    assert olga.put(f"{path}/labels", json={"tags": ["paper"]}).is_success
    bulk = olga.post("/api/v1/bulk-actions", json={"action": "delete", "q": "tag:paper"}).json()
    with connect_sse(olga, "GET", f"/api/v1/bulk-actions/{bulk['id']}/events") as source:
        *_, ended = source.iter_sse()
    assert json.loads(ended.data)["reasons"][0]["detail"].startswith("This version is signed off")
    sent = {"overrides": [{"row": 9, "call": "outlier", "reason": "seen"}]}
    third = olga.post(f"{path}/refit", json=sent).json()["id"]
    assert finished(olga, third)["version"] == 3
    assert olga.get(path).json()["signed_off"] == signed["signed_off"]
    assert olga.get(f"{path}/rows").json() == before
    entry = olga.get(f"{path}/audit").json()["entries"][-1]
    assert (entry["who"], entry["what"]) == ("olga@lab.example", "signed off") or "as" in entry[
        "detail"
    ]


def test_record_report_and_bundle_say_who_signed(
    programs: dict[str, httpx.Client], job_id: str, tmp_path: Path
) -> None:
    olga, path = programs["olga"], f"/api/v1/jobs/{job_id}"
    before = olga.get(f"{path}/export", params={"format": "html"}).text
    assert "Signed off" not in before
    assert "signed_off" not in olga.get(f"{path}/record").json()
    signed = olga.post(f"{path}/sign-off", json={}).json()["signed_off"]
    report = olga.get(f"{path}/export", params={"format": "html"}).text
    assert "<strong>Signed off</strong> by olga@lab.example" in report
    assert olga.get(f"{path}/record").json()["signed_off"]["by"] == "olga@lab.example"
    exported = olga.get(f"{path}/export", params={"format": "json"}).json()
    assert exported["record"]["signed_off"]["by"] == "olga@lab.example"
    bundle = tmp_path / "proof.zip"
    bundle.write_bytes(olga.get(f"{path}/bundle").content)
    with ZipFile(bundle) as archive:
        inside = json.loads(archive.read("sign-off.json"))
        trail = json.loads(archive.read("trail.json"))
    assert inside["by"] == "olga@lab.example"
    assert inside["at"][:19] == signed["at"][:19]
    assert trail[-1]["what"] == "signed off"
    assert all(each.holds for each in checks(open_bundle(bundle), None))


def test_the_client_reviews_and_signs(
    own_server: Sialoscope, programs: dict[str, httpx.Client], job_id: str
) -> None:
    def client(name: str) -> SialoscopeClient:
        token = programs[name].headers["authorization"].removeprefix("Bearer ")
        return SialoscopeClient(own_server.url, token)

    names = [f"{name}@lab.example" for name in ("rita", "rolf")]
    with client("olga") as olga, client("rita") as rita, client("rolf") as rolf:
        review = olga.open_review(job_id, names, note="please", rows="1,2")
        assert [each.id for each in olga.reviews(job_id)] == [review.id]
        (asked,) = [each for each in rita.reviews() if each.id == review.id]
        assert (asked.note, asked.rows, asked.judged) == ("please", 2, 0)
        assert [each.row for each in rita.review_rows(review)] == [1, 2]
        with pytest.raises(SialoscopeError, match="without seeing its result"):
            rita.rows(job_id)
        third = olga.add_reviewer(review, "elsa@lab.example").reviewers[0]
        assert olga.withdraw_reviewer(review, third["id"]).reviewers[0]["withdrawn_at"]
        assert rita.judge(review, 1, "fragment", parent_row=2, note="broad").parent_row == 2
        for each in (1, 2):
            rolf.judge(review, each, "true")
        assert [each["judged"] for each in olga.review(review).reviewers] == [0, 1, 2]
        assert olga.close_review(review).undecided == 2
        assert [each["row"] for each in olga.conflicts(review)] == [1, 2]
        for each in (1, 2):
            olga.decide(review, each, "true", "seen in MS/MS")
        version = olga.wait(olga.adopt(review))
        assert version.version == 2
        assert olga.sign_off(version, "done").signed_off is not None
    check_twins()


def test_a_reviewer_is_added_and_withdrawn_by_api_and_page(
    people: dict[str, Person],
    programs: dict[str, httpx.Client],
    job_id: str,
) -> None:
    olga, rita, rolf, elsa = (programs[name] for name in ("olga", "rita", "rolf", "elsa"))
    shared(programs, job_id, "elsa", "edit")
    review = opened(programs, job_id, "rita", "rolf", rows="1,2")
    path = f"/api/v1/reviews/{review['id']}"
    judged(rita, review, row1="outlier", row2="true")
    judged(rolf, review, row1="true", row2="true")
    refused = elsa.post(f"{path}/reviewers", json={"name": "elsa@lab.example"})
    assert refused.status_code == 403
    with people["olga"].session() as browser:
        added = send(browser, f"/reviews/{review['id']}/reviewers", name="elsa@lab.example")
        assert "Withdraw elsa@lab.example" in added.text
        again = send(browser, f"/reviews/{review['id']}/reviewers", name="elsa@lab.example")
        assert (again.status_code, "is a reviewer of this review already" in again.text) == (
            *(400, True),
        )
        page = browser.get(f"/jobs/{job_id}/review").text
        assert "Withdraw rita@lab.example" in page
    assert elsa.get(f"/api/v1/jobs/{job_id}/rows").status_code == 403
    judged(elsa, review, row1="true", row2="true")

    of = {each["name"]: each["id"] for each in olga.get(path).json()["reviewers"]}
    gone = olga.delete(f"{path}/reviewers/{of['rita@lab.example']}")
    assert gone.status_code == 200, gone.text
    assert [each["name"] for each in gone.json()["reviewers"] if each["withdrawn_at"]] == [
        "rita@lab.example"
    ]
    assert rita.get(path).status_code == 404
    assert rita.put(f"{path}/rows/1", json={"call": "true"}).status_code == 404
    assert olga.delete(f"{path}/reviewers/{of['rolf@lab.example']}").status_code == 409

    closed = olga.post(f"{path}/close").json()
    assert closed["conflicts"] == 0  # her judgement of row 1 does not count
    (pair,) = closed["agreement"]
    assert {pair["one"], pair["other"]} == {"elsa@lab.example", "rolf@lab.example"}
    with people["olga"].session() as browser:
        page = browser.get(f"/jobs/{job_id}/review").text
    assert "rita@lab.example was withdrawn: what they judged (2 rows) is kept" in page
    trail = [each["what"] for each in olga.get(f"/api/v1/jobs/{job_id}/audit").json()["entries"]]
    assert trail[-3:] == ["reviewer added", "reviewer withdrawn", "review closed"]


def test_the_stream_of_a_review_ends_without_a_fault_when_its_reader_is_withdrawn(
    own_server: Sialoscope, programs: dict[str, httpx.Client], job_id: str
) -> None:
    olga, rita = programs["olga"], programs["rita"]
    review = opened(programs, job_id, "rita", "rolf", "elsa")
    path = f"/api/v1/reviews/{review['id']}"
    of = {each["name"]: each["id"] for each in review["reviewers"]}
    with connect_sse(rita, "GET", f"{path}/events") as source:
        received = source.iter_sse()
        assert next(received).event == "progress"
        assert olga.delete(f"{path}/reviewers/{of['rita@lab.example']}").is_success
        assert [each.event for each in received] == []
    wait_until(lambda: "the user may see it no more" in own_server.log.read_text())
    assert "Traceback" not in own_server.log.read_text(), "It is no fault of the server."
    assert olga.post(f"{path}/close").is_success  # while it is open, its readers are blind


def check_twins() -> None:
    """Both clients have the same methods."""
    for name in vars(ReviewMethods):
        assert name.startswith("__") or name in vars(AsyncReviewMethods), name


def test_viewers_and_disabled_readers(
    own_server: Sialoscope, programs: dict[str, httpx.Client]
) -> None:
    """A viewer changes nothing, and a reader who is gone holds up nobody."""
    olga = programs["olga"]
    job_id = submit(olga, example_table().write_csv().encode())
    assert finished(olga, job_id)["status"] == "succeeded"
    add_person(own_server, "vera@lab.example")
    add_person(own_server, "dora@lab.example")
    vera = Person(own_server, "vera@lab.example")
    review = opened(programs, job_id, "vera", "dora")
    with vera.session() as before:
        assert "confirmed</button>" in before.get(f"/reviews/{review['id']}").text
    assert user_command(own_server, "role", vera.name, "viewer").returncode == 0
    with vera.session() as session:
        page = session.get(f"/reviews/{review['id']}").text
        assert "not judged" in page
        assert "confirmed</button>" not in page
        refused = send(session, f"/reviews/{review['id']}/rows/1", call="true")
        assert refused.status_code == 403
        assert "read-only" in refused.text
        assert session.get(f"/jobs/{job_id}/result").status_code == 403
    assert user_command(own_server, "disable", "dora@lab.example").returncode == 0
    closed = olga.post(f"/api/v1/reviews/{review['id']}/close").json()
    (pair,) = closed["agreement"]
    assert (pair["rows"], pair["kappa"], closed["conflicts"]) == (0, None, 0)
    nothing = olga.post(f"/api/v1/reviews/{review['id']}/adopt")
    assert (nothing.status_code, "nothing to adopt" in nothing.text) == (409, True)


def test_a_full_quota_leaves_the_review_as_it_is(
    programs: dict[str, httpx.Client], job_id: str
) -> None:
    olga, rita, rolf, root = (programs[name] for name in ("olga", "rita", "rolf", "root"))
    review = opened(programs, job_id, "rita", "rolf", rows="1")
    for each in (rita, rolf):
        judged(each, review, row1="outlier")
    path = f"/api/v1/reviews/{review['id']}"
    closed = olga.post(f"{path}/close").json()
    (pair,) = closed["agreement"]
    assert (pair["observed"], pair["kappa"], closed["conflicts"]) == (1, None, 0)
    quotas = "/api/v1/accounts/olga@lab.example/quotas"
    assert root.put(quotas, json={"submissions_per_hour": 1}).is_success
    refused = olga.post(f"{path}/adopt")
    assert (refused.status_code, olga.get(path).json()["adopted_as"]) == (429, None)
    assert root.put(quotas, json={}).is_success
    version = finished(olga, olga.post(f"{path}/adopt").json()["id"])
    assert version["overrides"][0]["reason"] == (
        "2 reviewers agree without seeing the result: not confirmed."
    )


def test_without_accounts_the_page_says_that_a_review_needs_two(
    client: httpx.Client, pages: httpx.Client
) -> None:
    job_id = submit(client, example_table().write_csv().encode())
    assert finished(client, job_id)["status"] == "succeeded"
    sent = {"reviewers": ["a", "b"]}
    refused = client.post(f"/api/v1/jobs/{job_id}/reviews", json=sent)
    assert (refused.status_code, "at least two people" in refused.text) == (409, True)
    page = pages.get(f"/jobs/{job_id}/review").text
    assert "A review needs at least two people with accounts" in page
    assert "Ask the reviewers" not in page
    signed = send(pages, f"/jobs/{job_id}/sign-off", note="mine")
    assert "Signed off by" in signed.text
    assert send(pages, f"/jobs/{job_id}/delete").status_code == 409


@pytest.mark.parametrize("parent", [3_000_000_000, 10**23, 0, -1, 2**31 - 1, 999_999_999])
def test_a_parent_is_a_row_of_the_table(
    own_server: Sialoscope, programs: dict[str, httpx.Client], reviewed: Json, parent: int
) -> None:
    rita = programs["rita"]
    path = f"/api/v1/reviews/{reviewed['id']}/rows"
    said = {"call": "fragment", "parent_row": parent}
    refused = rita.put(f"{path}/1", json=said)
    assert (refused.status_code, "parent" in refused.text) == (400, True), refused.text
    with Person(own_server, "rita@lab.example").session() as session:
        page = f"/reviews/{reviewed['id']}/rows/1"
        by_form = send(session, page, call="fragment", parent_row=str(parent))
    assert (by_form.status_code, "arent" in by_form.text) == (400, True), by_form.text
    assert rita.get(path).json()["rows"][0]["call"] is None


@pytest.fixture(scope="module")
def reviewed(programs: dict[str, httpx.Client]) -> Json:
    made = submit(programs["olga"], example_table().write_csv().encode())
    assert finished(programs["olga"], made)["status"] == "succeeded"
    return opened(programs, made, "rita", "rolf")


def test_two_people_who_adopt_at_once_make_one_version(
    programs: dict[str, httpx.Client], job_id: str
) -> None:
    shared(programs, job_id, "elsa", "edit")
    review = opened(programs, job_id, "rita", "rolf", rows="1")
    for each in ("rita", "rolf"):
        judged(programs[each], review, row1="outlier")
    path = f"/api/v1/reviews/{review['id']}"
    assert programs["olga"].post(f"{path}/close").is_success
    both = [programs[name] for name in ("olga", "elsa")]
    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(lambda each: each.post(f"{path}/adopt"), both))
    assert sorted(each.status_code for each in answers) == [202, 409]
    (made,) = [each.json()["id"] for each in answers if each.status_code == 202]
    assert programs["olga"].get(path).json()["adopted_as"] == made
    assert finished(programs["olga"], made)["version"] == 2
