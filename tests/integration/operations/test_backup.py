"""A backup that is taken while jobs run, put back elsewhere: the same rows, files and people."""

import asyncio
import io
import json
import tarfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.db.accounts.tables import Account
from app.db.jobs.tables import Audit, Job
from app.db.notifications.tables import Webhook
from app.db.schedules.tables import KeepRule, Schedule
from app.settings import broker_socket
from tests.integration.api import SMALL, finished, large_table, submit
from tests.people import add_person
from tests.servers import (
    PostgreSQL,
    Sialoscope,
    free_port,
    jobs_in,
    running_sialoscope,
    wait_until,
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> PostgreSQL | None:
    """The PostgreSQL that has the databases; None for SQLite."""
    if request.param == "sqlite":
        return None
    postgresql: PostgreSQL = request.getfixturevalue("postgresql")
    return postgresql


def empty(database: PostgreSQL | None, folder: Path) -> dict[str, str]:
    """The environment of a database with nothing in it."""
    return database.new_database() if database else {"DATABASE_URL": f"sqlite:///{folder}/new.db"}


@pytest.fixture(scope="module")
def server(
    database: PostgreSQL | None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sialoscope]:
    with running_sialoscope(empty(database, tmp_path_factory.mktemp("running"))) as running:
        yield running


@pytest.fixture(scope="module")
def ended(server: Sialoscope) -> dict[str, Any]:
    """A job that has ended, as the API tells it."""
    add_person(server, "ada@lab.example", "--admin")
    with server.client() as client:
        hook = {"url": "https://receiver.example/ended", "events": ["failed"]}
        assert client.post("/api/v1/webhooks", json=hook).is_success
        changed = {"cron": "30 3 * * 0", "paused": True}
        assert client.patch("/api/v1/schedules/jobs", json=changed).is_success
        rule = {"default_days": 20, "most_days": 365}
        assert client.put("/api/v1/retention/all", json=rule).is_success
        job = finished(client, submit(client, SMALL))
        # It shares the file of its table with the first job.
        again = client.post(f"/api/v1/jobs/{job['id']}/rerun", json={}).raise_for_status().json()
        return job | {"rerun": finished(client, again["job_id"])["id"]}


@pytest.fixture(scope="module")
def backup(
    server: Sialoscope, ended: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """One that was taken while another job ran."""
    file = tmp_path_factory.mktemp("backup") / "sialoscope.tar"
    with server.client() as client:
        running = submit(client, large_table(400))
        path = f"/api/v1/jobs/{running}"
        wait_until(lambda: client.get(path).json()["status"] == "running")
        taken = server.command("backup", str(file))
        assert taken.returncode == 0, taken.stderr
        assert "files." in taken.stdout
        assert "Not included: logins" in taken.stdout
        finished(client, running)
    assert ended["status"] == "succeeded"
    return file


def elsewhere(server: Sialoscope, folder: Path, environment: dict[str, str]) -> Sialoscope:
    """An installation that has nothing yet."""
    folder.mkdir(mode=0o700)
    return Sialoscope(folder, free_port(), server.environment | environment)


async def rows(table: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - a table of Piccolo's
    return await table.select().order_by(table._meta.primary_key)  # type: ignore[no-any-return]


def test_all_is_there_again(
    server: Sialoscope,
    ended: dict[str, Any],
    backup: Path,
    database: PostgreSQL | None,
    tmp_path: Path,
) -> None:
    other = elsewhere(server, tmp_path / "data", empty(database, tmp_path))
    restored = other.command("restore", str(backup))
    assert restored.returncode == 0, restored.stderr
    other.start()
    try:
        with server.client() as there, other.client() as here:
            for what in ("rows", "audit", "record", "attempts/1/log", "export?format=csv"):
                for job_id in of(ended):
                    path = f"/api/v1/jobs/{job_id}/{what}"
                    assert here.get(path).content == there.get(path).content
            (running,) = [each for each in all_jobs(here) if each["id"] not in of(ended)]
            assert finished(here, running["id"])["status"] == "succeeded"
    finally:
        other.stop()
    for table in (Account, Webhook, KeepRule):
        assert received(other.database_url, table) == received(server.database_url, table) != []
    (jobs,) = [each for each in received(other.database_url, Schedule) if each["name"] == "jobs"]
    assert (jobs["cron"], jobs["paused"]) == ("30 3 * * 0", True)
    assert job_row(other, ended["id"]) == job_row(server, ended["id"])
    trail = received(server.database_url, Audit)
    known = sum(each["job_id"] in of(ended) for each in trail) + 1  # the other was submitted
    assert known > 3
    assert received(other.database_url, Audit)[:known] == trail[:known]


def of(ended: dict[str, Any]) -> tuple[str, str]:
    """The job that has ended, and its rerun."""
    return ended["id"], ended["rerun"]


def all_jobs(client: httpx.Client) -> list[dict[str, Any]]:
    return list(client.get("/api/v1/jobs").json()["jobs"])


def job_row(server: Sialoscope, job_id: str) -> dict[str, Any]:
    (row,) = [each for each in received(server.database_url, Job) if each["id"] == job_id]
    return row


def received(url: str, table: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - a table of Piccolo's
    with jobs_in(url):
        before, table._meta._db = table._meta._db, Job._meta._db
        try:
            return asyncio.run(rows(table))
        finally:
            table._meta._db = before


def test_nothing_is_replaced_without_the_option(
    server: Sialoscope, backup: Path, database: PostgreSQL | None, tmp_path: Path
) -> None:
    assert "Sialoscope is running on" in server.command("restore", str(backup)).stderr
    assert "exists already" in server.command("backup", str(backup)).stderr
    other = elsewhere(server, tmp_path / "data", empty(database, tmp_path))
    assert other.command("restore", str(backup)).returncode == 0
    again = other.command("restore", str(backup))
    assert (again.returncode, "add --overwrite" in again.stderr) == (1, True)
    left = other.data / "storage" / "uploads" / "left.csv"
    left.write_text("of the time before")
    assert other.command("restore", "--overwrite", str(backup)).returncode == 0
    assert not left.exists()
    assert len(received(other.database_url, Job)) == 3


def test_a_damaged_backup_changes_nothing(
    server: Sialoscope, backup: Path, database: PostgreSQL | None, tmp_path: Path
) -> None:
    other = elsewhere(server, tmp_path / "data", empty(database, tmp_path))
    whole = backup.read_bytes()
    with tarfile.open(backup) as tar:
        upload = next(each for each in tar if each.name.startswith("storage/uploads"))
    changed = bytearray(whole)
    changed[upload.offset_data] ^= 1
    for damaged, sentence in (
        (bytes(changed), f"The backup is damaged: {upload.name}"),
        (whole[: len(whole) // 2], "is not a backup or is incomplete"),
        (b"something else", "cannot be read"),
    ):
        file = tmp_path / "damaged.tar"
        file.write_bytes(damaged)
        ended = other.command("restore", str(file))
        assert (ended.returncode, sentence in ended.stderr) == (1, True), ended.stderr
    assert not list((other.data / "storage").iterdir())
    assert other.command("restore", str(backup)).returncode == 0


def test_a_backup_that_the_token_did_not_sign_is_restored_only_when_trusted(
    server: Sialoscope, backup: Path, database: PostgreSQL | None, tmp_path: Path
) -> None:
    other = elsewhere(server, tmp_path / "data", empty(database, tmp_path))
    another = {"SIALOSCOPE_TOKEN": "the token of another installation"}
    refused = other.command("restore", str(backup), **another)
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1), refused.stderr
    assert "add --trust-file" in refused.stderr
    assert not list((other.data / "storage").iterdir())
    trusted = other.command("restore", "--trust-file", str(backup), **another)
    assert trusted.returncode == 0, trusted.stderr
    assert len(received(other.database_url, Job)) == 3


def test_a_database_that_somebody_put_into_a_backup_is_not_opened(
    server: Sialoscope, backup: Path, database: PostgreSQL | None, tmp_path: Path
) -> None:
    other = elsewhere(server, tmp_path / "data", empty(database, tmp_path))
    forged = with_another_database(backup, tmp_path / "forged.tar", b"SQL of somebody else")
    refused = other.command("restore", str(forged))
    assert (refused.returncode, "did not sign the backup" in refused.stderr) == (1, True)
    assert not list((other.data / "storage").iterdir())
    assert other.command("restore", str(backup)).returncode == 0  # as nothing has changed


def with_another_database(backup: Path, forged: Path, content: bytes) -> Path:
    """A backup whose database was replaced, and whose manifest has the new hash."""
    with tarfile.open(backup) as old, tarfile.open(forged, "w") as new:
        for each in old:
            file = old.extractfile(each)
            assert file
            text = content if each.name == "database" else file.read()
            if each.name == "manifest.json":
                manifest = json.loads(text)
                digest = sha256(content).hexdigest()
                manifest["members"]["database"] = {"size_bytes": len(content), "sha256": digest}
                text = json.dumps(manifest).encode()
            each.size, each.type = len(text), tarfile.REGTYPE
            new.addfile(each, io.BytesIO(text))
    return forged


def test_what_stops_a_backup_or_a_restore_is_said_in_a_sentence(
    server: Sialoscope, backup: Path, database: PostgreSQL | None, tmp_path: Path
) -> None:
    nowhere = server.command("backup", str(tmp_path / "nowhere" / "x.tar"))
    assert (nowhere.returncode, nowhere.stderr.count("\n")) == (1, 1), nowhere.stderr
    assert "Name a file in a folder that exists" in nowhere.stderr
    other = elsewhere(server, tmp_path / "data", empty(database, tmp_path))
    shared = {"REDIS_URL": f"unix://{broker_socket(server.data)}"}  # as of another machine
    running = other.command("restore", str(backup), **shared)
    assert (running.returncode, "Workers are running (" in running.stderr) == (1, True)
    assert not list((other.data / "storage").iterdir())


def test_the_manifest_tells_what_is_in_it(backup: Path, database: PostgreSQL | None) -> None:
    assert backup.stat().st_mode & 0o077 == 0
    with tarfile.open(backup) as tar:
        file = tar.extractfile("manifest.json")
        assert file
        manifest = json.load(file)
        names = tar.getnames()
    assert manifest["database"] == ("postgresql" if database else "sqlite")
    assert set(manifest["members"]) == set(names) - {"manifest.json", "manifest.signature"}
    assert manifest["gone"] == []
