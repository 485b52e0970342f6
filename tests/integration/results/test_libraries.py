"""Retention libraries: saved from a run, used by later ones, kept in records, and as files."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from sialoscope_client import Sialoscope as SialoscopeClient

from app.analysis.example.example_table import example_table
from app.db.libraries.errors import LibraryError, LibraryNotFoundError
from app.db.libraries.new_versions import NewVersion, save_version
from app.db.libraries.store import (
    delete_library,
    forget_libraries,
    libraries,
    library_of,
    share_library,
    versions_of,
)
from app.db.libraries.tables import LibraryVersion
from app.db.security.trail import TrailFilter, detail_of, entries
from tests.commands import forked_command
from tests.integration.api import SMALL, finished, submit
from tests.page_forms import send
from tests.people import Person
from tests.servers import TOKEN, Sialoscope
from tests.simulator import Variation, simulate

EXAMPLE = example_table().write_csv().encode()
# The same column with a longer gradient, and another column.
LONGER = simulate(Variation(seed=11, time_scale=1.2, has_anchors=False)).table.write_csv().encode()
OTHER = simulate(Variation(seed=12, slope_min=0.4)).table.write_csv().encode()
NEW = NewVersion("j", "t.csv", "ada", "1", {"r2_threshold": 0.8}, "{}", 1, 3, 0.03)


def save(client: httpx.Client, name: str, table: bytes = EXAMPLE) -> dict[str, Any]:
    """Save the law of a new run in a library of this name."""
    job_id = submit(client, table)
    finished(client, job_id)
    answer = client.post("/api/v1/libraries", json={"job": job_id, "name": name})
    assert answer.status_code == httpx.codes.CREATED, answer.text
    saved: dict[str, Any] = answer.json()
    return saved


@pytest.mark.usefixtures("database")
def test_a_version_never_changes_and_owners_keep_their_libraries() -> None:
    async def work() -> None:
        first = await save_version(" C18  long ", NEW, owner="ada")
        second = await save_version("C18 long", NEW, owner="ada")
        other = await save_version("C18 long", NEW, owner="bob")
        assert (first.version, second.version, other.version) == (1, 2, 1)
        assert first.library == second.library != other.library
        with pytest.raises(Exception, match="never changes"):
            await LibraryVersion.update({LibraryVersion.law: "{1}"}).where(
                LibraryVersion.id == first.id
            )
        assert [each.version for each in await versions_of(first.library)] == [2, 1]
        with pytest.raises(LibraryNotFoundError):
            await library_of(first.library, "bob")
        await share_library(await library_of(first.library, "ada"), is_shared=True)
        assert len(await libraries("bob")) == 2
        with pytest.raises(LibraryNotFoundError):
            await library_of(first.library, "bob", to_change=True)
        await delete_library(await library_of(other.library, "bob"))
        await forget_libraries("ada")
        assert await libraries("bob") == []
        assert await LibraryVersion.count() == 0

    asyncio.run(work())


@pytest.mark.usefixtures("database")
def test_the_security_trail_has_what_was_done_to_a_library() -> None:
    async def work() -> None:
        saved = await save_version("C18", NEW, owner="ada")
        await save_version("C18", NEW._replace(signed_by="a key"), owner="ada")
        library = await library_of(saved.library, "ada")
        for is_shared in (True, True, False):  # the second changes nothing
            await share_library(library, is_shared=is_shared)
        await delete_library(library)
        await delete_library(library)
        found = await entries(TrailFilter(account="ada"), limit=10)
        assert [each.kind.removeprefix("library_") for each in reversed(found)] == [
            *("saved", "imported", "shared", "unshared", "deleted")
        ]
        assert {detail_of(each)["library"] for each in found} == {"C18"}

    asyncio.run(work())


def test_the_security_trail_says_who_exported_a_library(client: httpx.Client) -> None:
    saved = save(client, "travels")
    assert client.get(f"/api/v1/libraries/{saved['id']}/file").is_success
    trail = client.get("/api/v1/security-trail", params={"kind": "library_exported"}).json()
    assert saved["id"] in [each["detail"]["id"] for each in trail["events"]]


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("name", ["", " ", "x" * 61, "a\x07b"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(LibraryError, match="name of 1 to 60"):
        asyncio.run(save_version(name, NEW, owner="ada"))


def test_a_run_uses_the_newest_version_and_keeps_it(client: httpx.Client) -> None:
    saved = save(client, "newest")
    job_id = submit(client, LONGER, library=saved["id"])
    job = finished(client, job_id)

    assert job["settings"]["library"] == saved["newest"] == f"{saved['id']}-1"
    use = job["summary"]["library"]
    assert (use["refusal"], use["version"], use["name"]) == (None, 1, "newest")
    assert use["scale"] == pytest.approx(1.2, rel=0.03)
    said = [each["message"] for each in job["summary"]["warnings"]]
    assert any(text.startswith("The retention library is the prior") for text in said)
    record = client.get(f"/api/v1/jobs/{job_id}/record").json()
    assert record["library"]["id"] == saved["newest"]
    assert record["settings"]["library"] == saved["newest"]

    save(client, "newest")
    again = client.post(f"/api/v1/jobs/{job_id}/rerun", json={}).json()["job_id"]
    without = client.post(f"/api/v1/jobs/{job_id}/rerun", json={"library": ""}).json()["job_id"]
    assert finished(client, again)["settings"]["library"] == saved["newest"]
    assert "library" not in finished(client, without)["settings"]
    assert "library" not in client.get(f"/api/v1/jobs/{without}").json()["summary"]
    records = [client.get(f"/api/v1/jobs/{each}/record").json() for each in (job_id, again)]
    assert records[0]["result"]["sha256"] == records[1]["result"]["sha256"]


def test_a_bundle_repeats_a_run_with_its_library(client: httpx.Client, tmp_path: Path) -> None:
    saved = save(client, "bundled")
    job_id = submit(client, LONGER, library=saved["id"])
    finished(client, job_id)
    client.delete(f"/api/v1/libraries/{saved['id']}").raise_for_status()
    bundle = tmp_path / "proof.zip"
    bundle.write_bytes(client.get(f"/api/v1/jobs/{job_id}/bundle").raise_for_status().content)

    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    done = forked_command("verify", str(bundle), environment=environment)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "gives the same rows" in done.stdout


def test_another_column_is_refused_and_the_run_goes_on_without(client: httpx.Client) -> None:
    saved = save(client, "refused")
    job = finished(client, submit(client, OTHER, library=saved["id"]))
    plain = finished(client, submit(client, OTHER))

    assert job["summary"]["library"]["refusal"].startswith("The column seems to differ")
    said = [each["message"] for each in job["summary"]["warnings"]]
    assert any(text.startswith("The retention library was not used.") for text in said)
    assert job["summary"]["counts"] == plain["summary"]["counts"]
    shown = client.get(f"/api/v1/libraries/{saved['id']}").json()
    (run,) = shown["runs"]
    assert run["refusal"] == job["summary"]["library"]["refusal"]
    assert shown["charts"]["drift"]["points"][0]["value"] is None
    (version,) = shown["versions"]
    assert version["anchors"] == 39


@pytest.mark.parametrize(
    ("library", "status", "reason"),
    [
        ("x", 400, "it must be the id of a retention library"),
        ("0" * 32, 404, "There is no retention library"),
        ("{id}-7", 400, "has no version 7"),
    ],
)
def test_a_library_that_is_none_is_refused(
    client: httpx.Client, library: str, status: int, reason: str
) -> None:
    if "{id}" in library:
        library = library.format(id=save(client, "one version")["id"])
    form = {"library": library}
    answer = client.post("/api/v1/jobs", files={"file": ("a.csv", SMALL)}, data=form)

    assert answer.status_code == status
    assert reason in answer.json()["detail"]


def test_a_job_whose_library_was_deleted_fails_with_the_reason(client: httpx.Client) -> None:
    saved = save(client, "short-lived")
    job_id = submit(client, LONGER, library=saved["id"])
    finished(client, job_id)
    client.delete(f"/api/v1/libraries/{saved['id']}").raise_for_status()

    answer = client.post(f"/api/v1/jobs/{job_id}/rerun", json={})

    assert answer.status_code == httpx.codes.NOT_FOUND
    assert "was deleted" in answer.json()["detail"]


def test_a_file_brings_a_library_to_another_place_and_a_changed_byte_is_found(
    client: httpx.Client,
) -> None:
    saved = save(client, "travels")
    exported = client.get(f"/api/v1/libraries/{saved['id']}/file")
    content = exported.raise_for_status().content
    assert exported.headers["Content-Disposition"].endswith('.sialolib"')

    answer = client.post(
        "/api/v1/library-files", files={"file": ("a.sialolib", content)}, data={"name": "arrived"}
    )
    arrived = answer.raise_for_status().json()
    there, here = (
        client.get(f"/api/v1/libraries/{each['id']}").json()["versions"][0]
        for each in (arrived, saved)
    )
    assert arrived["name"] == "arrived"
    assert there["sha256"] == here["sha256"]
    assert there["made_by"] == here["made_by"]

    assert (there["classes"], there["anchors"], there["spread_min"]) == (
        here["classes"],
        here["anchors"],
        here["spread_min"],
    )

    for place in (20, len(content) // 2, len(content) - 10):
        changed = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        refused = client.post("/api/v1/library-files", files={"file": ("a.sialolib", changed)})
        assert refused.status_code == httpx.codes.BAD_REQUEST
        assert "retention library" in refused.json()["detail"]
    spaced = msgspec.json.format(content)
    refused = client.post("/api/v1/library-files", files={"file": ("a.sialolib", spaced)})
    assert "was changed after it was signed" in refused.json()["detail"]


def test_an_imported_version_says_who_imported_and_who_signed_it(ada: Person, bob: Person) -> None:
    scopes = ("read", "submit", "manage")
    with ada.program(*scopes) as of_ada, bob.program(*scopes) as of_bob:
        saved = save(of_ada, "imported")
        content = of_ada.get(f"/api/v1/libraries/{saved['id']}/file").content
        file = {"file": ("a.sialolib", content)}
        copy = of_bob.post("/api/v1/library-files", files=file).raise_for_status().json()
        (own,), (imported,) = (
            program.get(f"/api/v1/libraries/{each['id']}").json()["versions"]
            for program, each in ((of_ada, saved), (of_bob, copy))
        )
        (key, *_) = of_ada.get("/api/v1/signing-keys").json()["keys"]
    assert (own["imported_by"], own["signed_by"]) == ("", "")
    assert (imported["imported_by"], imported["signed_by"]) == (bob.name, key["fingerprint"])
    assert imported["made_by"] == own["made_by"] == ada.name
    with bob.session() as browser:
        shown = browser.get(f"/libraries/{copy['id']}").text
    assert f"{bob.name} imported it; the file names {ada.name}" in shown
    assert key["fingerprint"] in shown
    with bob.program(*scopes) as of_bob:
        of_bob.delete(f"/api/v1/libraries/{copy['id']}").raise_for_status()


def test_accounts_use_what_is_shared_and_change_their_own_alone(ada: Person, bob: Person) -> None:
    scopes = ("read", "submit", "manage")
    with ada.program(*scopes) as of_ada, bob.program(*scopes) as of_bob:
        saved = save(of_ada, "of ada")
        path = f"/api/v1/libraries/{saved['id']}"
        assert of_bob.get(path).status_code == httpx.codes.NOT_FOUND
        refused = of_bob.post(
            "/api/v1/jobs", files={"file": ("a.csv", SMALL)}, data={"library": saved["id"]}
        )
        assert refused.status_code == httpx.codes.NOT_FOUND

        of_ada.put(f"{path}/sharing", json={"is_shared": True}).raise_for_status()

        listed = of_bob.get("/api/v1/libraries").json()["libraries"]
        assert [(each["name"], each["is_own"]) for each in listed] == [("of ada", False)]
        used = finished(of_bob, submit(of_bob, LONGER, library=saved["id"]))
        assert used["summary"]["library"]["refusal"] is None
        assert of_bob.delete(path).status_code == httpx.codes.NOT_FOUND
        assert of_bob.put(f"{path}/sharing", json={"is_shared": False}).status_code == 404
        assert len(of_bob.get(path).json()["runs"]) == 1
        assert of_ada.get(path).json()["runs"] == []
        # Bob's job keeps the version that it used, and gets no other one that is not shared.
        of_ada.put(f"{path}/sharing", json={"is_shared": False}).raise_for_status()
        save(of_ada, "of ada")
        again = f"/api/v1/jobs/{used['id']}/rerun"
        assert of_bob.post(again, json={}).status_code == httpx.codes.ACCEPTED
        newer = of_bob.post(again, json={"library": f"{saved['id']}-2"})
        assert newer.status_code == httpx.codes.NOT_FOUND
        of_ada.delete(path).raise_for_status()
        assert of_bob.get(path).status_code == httpx.codes.NOT_FOUND


def test_pages_save_share_chart_import_and_delete(
    client: httpx.Client, pages: httpx.Client
) -> None:
    job_id = submit(client, EXAMPLE)
    finished(client, job_id)
    shown = send(pages, f"/jobs/{job_id}/library", name="by page")
    library_id = shown.url.path.removeprefix("/libraries/")
    assert "<h1>by page</h1>" in shown.text
    home = pages.get("/").text
    assert f'<option value="{library_id}-1">by page, version 1</option>' in home
    for table in (LONGER, OTHER):
        used = finished(client, submit(client, table, library=library_id))
    result = pages.get(f"/jobs/{used['id']}/result").text
    assert 'class="notice error" id="library-use"' in result
    assert "was not used. The column seems to differ" in result
    points = pages.get(f"/libraries/{library_id}/charts/scale").json()
    assert [point["value"] is None for point in points] == [False, True]
    assert pages.get(f"/libraries/{library_id}/charts/none").status_code == 400
    assert "Not used." in pages.get(f"/libraries/{library_id}").text

    assert "Stop sharing" in send(pages, f"/libraries/{library_id}/sharing", is_shared="yes").text
    content = pages.get(f"/api/v1/libraries/{library_id}/file").content
    again = send(pages, "/libraries", ("a.sialolib", content), name="by file")
    assert "<h1>by file</h1>" in again.text
    refused = send(pages, "/libraries", ("a.sialolib", SMALL))
    assert refused.status_code == httpx.codes.BAD_REQUEST
    assert "This is no retention library" in refused.text
    assert "Choose the file of a library first." in send(pages, "/libraries", name="x").text
    left = send(pages, f"/libraries/{library_id}/delete")
    assert "by page" not in left.text
    assert "by file" in left.text


def test_a_program_in_python_keeps_libraries(server: Sialoscope, tmp_path: Path) -> None:
    with SialoscopeClient(server.url, TOKEN) as program:
        job = program.submit(EXAMPLE, name="a.csv")
        program.wait(job)
        library = program.save_library(job, "by client")
        assert library in program.libraries()
        assert program.share_library(library).is_shared
        path = program.export_library(library, tmp_path / "a.sialolib")
        copy = program.import_library(path, "copied")
        assert program.library(copy).versions[0]["job"] == job.id
        program.delete_library(copy)
        used = program.wait(program.submit(LONGER, name="b.csv", library=library.id))
        assert used.summary
        assert used.summary["library"]["refusal"] is None
