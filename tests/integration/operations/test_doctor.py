"""``sialoscope doctor`` finds what is set up wrongly, by name, and nothing where all is well.

Each test spoils one thing of an installation that runs, for real.
"""

import asyncio
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from app.commands.doctor.checks.database import check as database_check
from app.commands.doctor.checks.database import file_system_of
from app.commands.doctor.checks.storage import check as storage_check
from app.commands.doctor.finding import Installation, Level
from app.commands.doctor.redis_cli import redis_cli
from app.settings import Settings
from tests.bad_proxy import running_bad_proxy
from tests.chaos.installation import small_disk
from tests.commands import forked_command
from tests.openid_provider import running_provider, settings_of
from tests.servers import PostgreSQL, Sialoscope, Valkey, free_port, running_sialoscope, wait_until

NOBODY_LISTENS = "127.0.0.1:9"  # the port of RFC 863, which no machine here has open


@pytest.fixture(scope="module")
def server() -> Iterator[Sialoscope]:
    with running_sialoscope({"SIALOSCOPE_HUNG_AFTER_S": "600"}) as running:
        running.wait_for_signs()
        yield running


def report(server: Sialoscope, *words: str, **environment: str) -> dict[str, Any]:
    """What the doctor finds on a server with some variables changed."""
    run = in_new_interpreter if "PYTHONPATH" in environment else server.command
    ended = run("doctor", "--json", *words, **server.command_environment() | environment)
    assert ended.stdout, ended.stderr
    received: dict[str, Any] = json.loads(ended.stdout)
    assert ended.returncode == bool(received["counts"]["error"]), ended.stderr
    return received


def in_new_interpreter(*words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a command that is to import other modules, which a forked one has imported already."""
    command = [sys.executable, "-m", "app.cli", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def wrong(server: Sialoscope, *words: str, **environment: str) -> set[str]:
    """The names of what doctor finds wrong; each has its reason and its remedy."""
    found = [
        each for each in report(server, *words, **environment)["findings"] if each["level"] != "ok"
    ]
    assert all(each["what"] and each["why"] and each["remedy"] for each in found)
    return {each["name"] for each in found}


def test_nothing_is_wrong_where_all_is_well(server: Sialoscope) -> None:
    received = report(server, "--url", server.url, SIALOSCOPE_ANALYSIS_MEMORY_MB="500")
    assert [each for each in received["findings"] if each["level"] != "ok"] == []
    names = [each["name"] for each in received["findings"]]
    assert names == [
        *("versions", "settings", "files", "disk", "memory", "database", "schema", "redis"),
        *("clock", "storage", "mail", "sign-on", "ports", "processes", "proxy"),
    ]


def test_errors_say_in_words_what_to_do(server: Sialoscope) -> None:
    ended = server.command("doctor", SIALOSCOPE_TOKN="mistyped")
    assert ended.returncode == 1
    assert "✗ error    settings-unknown: There is no setting SIALOSCOPE_TOKN." in ended.stdout
    assert "→ Rename it to SIALOSCOPE_TOKEN." in ended.stdout
    assert ended.stdout.endswith("1 error, 0 warnings.\n")


def test_settings_files_and_a_clock_that_are_wrong_are_found(
    server: Sialoscope, tmp_path: Path
) -> None:
    # Python reads it at its start: in that process the clock is a minute slow.
    (tmp_path / "sitecustomize.py").write_text(
        "import time\nright = time.time\ntime.time = lambda: right() - 60\n"
    )
    with socket.create_server(("127.0.0.1", 0)) as other, readable_by_others(server.data):
        found = wrong(
            server,
            PYTHONPATH=f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}",
            SIALOSCOPE_WEB_WORKER="2",
            SIALOSCOPE_TOKEN="short",  # noqa: S106 - no secret
            SIALOSCOPE_PORT=str(other.getsockname()[1]),
            SIALOSCOPE_PUBLIC_URL="http://lab.invalid",
            STORAGE_URL="file:///proc/sialoscope",
            SIALOSCOPE_SMTP_URL=f"smtp://{NOBODY_LISTENS}",
            SIALOSCOPE_MAIL_FROM="sialoscope@lab.example",
        )
    assert found == {
        *("settings-unknown", "settings-token", "settings-plain-http"),
        *("files-token", "files-folder", "clock-skew", "ports-taken"),
        *("storage-away", "mail-away", "proxy-away"),
    }


@contextmanager
def readable_by_others(folder: Path) -> Iterator[None]:
    token = folder / "token"
    token.write_text("made by hand, with an umask of 022")
    token.chmod(0o644)
    folder.chmod(0o755)
    try:
        yield
    finally:
        folder.chmod(0o700)
        token.unlink()


def test_a_redis_that_forgets_an_old_schema_and_no_worker_are_found(
    server: Sialoscope, tmp_path: Path
) -> None:
    (tmp_path / "not-migrated.db").touch()
    url = f"sqlite:///{tmp_path}/not-migrated.db"
    lines = ("maxmemory 1200kb", "maxmemory-policy allkeys-lru", "appendonly no", 'save ""')
    redis = Valkey(tmp_path, lines)
    redis.start()
    try:
        found = wrong(
            server,
            DATABASE_URL=url,
            REDIS_URL=f"redis://127.0.0.1:{redis.port}",
            SIALOSCOPE_HOST="0.0.0.0",  # noqa: S104 - nothing is started
            SIALOSCOPE_ACCOUNTS="true",
            SIALOSCOPE_SMTP_URL="smtp://lab.invalid",
        )
    finally:
        redis.kill()
    assert found == {
        *("redis-eviction", "redis-persistence", "redis-memory", "schema-old"),
        *("processes-worker", "processes-scheduler"),
        *("settings-public-url", "settings-allowed-hosts", "mail-settings"),
    }


def test_a_machine_that_never_started_is_left_as_it_is_and_learns_how_to_start(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "data"
    environment = os.environ | {"SIALOSCOPE_DATA": str(folder), "SIALOSCOPE_ACCOUNTS": "true"}
    environment |= {"SIALOSCOPE_PORT": str(free_port()), "SIALOSCOPE_PUBLIC_URL": ""}
    ended = forked_command("doctor", "--json", environment=environment)
    findings = {each["name"]: each for each in json.loads(ended.stdout)["findings"]}
    assert {name for name, each in findings.items() if each["level"] == "error"} == {
        *("files-missing", "database-missing", "redis-not-started"),
    }
    assert "REDIS_URL is not set" in findings["redis-not-started"]["what"]
    assert not folder.exists()


def test_parts_that_are_away_are_found(server: Sialoscope) -> None:
    found = wrong(
        server,
        DATABASE_URL=f"postgresql://u@{NOBODY_LISTENS}/d",
        REDIS_URL=f"redis://{NOBODY_LISTENS}",
        STORAGE_URL=f"s3://b/p?endpoint=http://{NOBODY_LISTENS}&region=eu-central-1",
        AWS_ACCESS_KEY_ID="none",
        AWS_SECRET_ACCESS_KEY="none",  # noqa: S106 - no secret
    )
    assert found == {"database-away", "redis-away", "storage-away"}


def test_why_postgresql_cannot_be_opened_is_said_with_what_to_do(
    server: Sialoscope, postgresql: PostgreSQL
) -> None:
    port = postgresql.port
    advice = {
        f"postgresql://sialoscope@127.0.0.1:{port}/missing": "createdb --owner=ROLE NAME",
        f"postgresql://stranger@127.0.0.1:{port}/postgres": "make this role in PostgreSQL",
        f"postgresql://u@no.such.host.invalid:{port}/d": "Correct the name of the host",
        f"postgresql://u@{NOBODY_LISTENS}/d": "Start PostgreSQL, or correct the host",
    }
    for url, said in advice.items():
        environment = server.command_environment() | {"DATABASE_URL": url}
        ended = server.command("doctor", "--json", **environment)
        assert ended.stderr == "", "no warning of a library beside the findings"
        findings = {each["name"]: each for each in json.loads(ended.stdout)["findings"]}
        assert said in str(findings["database-away"])


def test_a_provider_that_is_away_or_has_another_name_is_found(server: Sialoscope) -> None:
    port = free_port()

    def found(issuer: str) -> list[str]:
        findings = report(server, **settings_of(issuer))["findings"]
        return [each["name"] for each in findings if each["name"].startswith("sign-on")]

    with running_provider(port, server.url) as issuer:
        assert found(issuer) == ["sign-on"]
        assert found(f"http://localhost:{port}") == ["sign-on-away"]
    assert found(issuer) == ["sign-on-away"]


def test_a_full_disk_is_found(server: Sialoscope, tmp_path: Path) -> None:
    with small_disk(tmp_path) as disk:
        environment = {"STORAGE_URL": f"file://{disk}"}
        if disk:
            (disk / "what fills it").write_bytes(bytes(shutil.disk_usage(disk).free - 10**6))
        else:  # who may not mount one asks for more than any disk has
            environment = {"SIALOSCOPE_UPLOAD_LIMIT_MB": "1000000"}
        assert wrong(server, **environment) == {"disk-full"}


def test_a_proxy_that_holds_events_back_is_found(server: Sialoscope) -> None:
    with running_bad_proxy(server.url) as url:
        found = wrong(server, "--url", url)
    assert found == {"proxy-buffers", "proxy-uploads", "proxy-host", "proxy-forwarded"}


def test_a_proxy_of_the_same_machine_that_is_not_trusted_is_found(server: Sialoscope) -> None:
    received = {"Host": "lab.invalid", "X-Forwarded-For": "127.0.0.1"}
    with running_bad_proxy(server.url, added_headers=received) as url:
        found = wrong(server, "--url", url, SIALOSCOPE_ALLOWED_HOSTS="lab.invalid")
    assert "proxy-trusted" in found


def test_settings_that_do_not_fit_the_machine_or_each_other_are_found(server: Sialoscope) -> None:
    found = wrong(
        server,
        SIALOSCOPE_SOFT_LIMIT_S="1800",
        SIALOSCOPE_METRICS_TOKEN="short",  # noqa: S106 - no secret
        SIALOSCOPE_ANALYSIS_MEMORY_MB="1000000",
        SIALOSCOPE_HOST="203.0.113.9",  # of RFC 5737, which no machine has
        SIALOSCOPE_PUBLIC_URL="https://lab.invalid",
        SIALOSCOPE_ACCOUNTS="true",
        STORGE_URL="file:///srv/what-was-meant",
    )
    assert found == {
        *("settings-limits", "settings-token", "settings-misspelled", "memory-analysis"),
        *("ports-unusable", "accounts-nobody", "proxy-away"),
    }


def test_a_redis_that_answers_but_takes_no_writes_is_found(
    server: Sialoscope, tmp_path: Path
) -> None:
    lines = ("replicaof 127.0.0.1 9", "appendonly yes", "maxmemory-policy noeviction")
    replica = Valkey(tmp_path, lines)
    replica.start()
    try:
        received = report(server, REDIS_URL=f"redis://127.0.0.1:{replica.port}")
    finally:
        replica.kill()
    (found,) = [each for each in received["findings"] if each["name"] == "redis-refuses"]
    assert "@127.0.0.1:9/0" in found["remedy"]


@pytest.mark.parametrize("has_password", [False, True])
def test_a_redis_that_lets_strangers_in_is_found(
    server: Sialoscope, tmp_path: Path, *, has_password: bool
) -> None:
    """Whatever its URL says: there the user is another than the one that strangers are."""
    lines = ["appendonly yes", "user app on >secret ~* &* +@all", "bind 127.0.0.1 127.0.0.2"]
    redis = Valkey(tmp_path, (*lines, "protected-mode no", *["requirepass p"] * has_password))
    redis.start()
    try:
        found = wrong(server, REDIS_URL=f"redis://app:secret@127.0.0.2:{redis.port}")
    finally:
        redis.kill()
    assert ("redis-open" in found) is not has_password
    assert "redis-plain" in found


def test_workers_that_are_alive_but_take_no_jobs_are_found(server: Sialoscope) -> None:
    with server.client() as client:
        workers = [each["worker"] for each in client.get("/api/v1/ops").json()["workers"]]
        drains = [f"/api/v1/ops/workers/{worker}/drain" for worker in workers]
        assert drains
        try:
            assert all(client.post(drain).is_success for drain in drains)
            assert wrong(server) == {"processes-drained"}
        finally:
            assert all(client.delete(drain).is_success for drain in drains)


def test_a_worker_that_is_frozen_is_found(server: Sialoscope) -> None:
    with server.client() as client:

        def is_silent() -> bool:
            (worker,) = client.get("/api/v1/ops").json()["workers"]
            return bool(worker["status"] == "silent")

        (frozen,) = server.pids("worker")
        os.kill(frozen, signal.SIGSTOP)
        try:
            wait_until(is_silent)
            assert wrong(server) == {"processes-silent", "processes-worker"}
        finally:
            os.kill(frozen, signal.SIGCONT)
        wait_until(lambda: not is_silent())


def test_what_a_command_of_root_left_behind_is_found() -> None:
    """Root may write everything, so the doctor runs as nobody there."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        database, storage = data / "sialoscope.db", data / "storage"
        for place in (data, storage, storage / "kept", storage / "results"):
            place.mkdir(exist_ok=True)
            place.chmod(0o777)
        storage.joinpath("results").chmod(0o555)
        database.touch(mode=0o444)
        settings = Settings.from_environment({"SIALOSCOPE_DATA": folder})
        with as_an_ordinary_user():
            found = asyncio.run(errors(Installation(settings=settings, environment={})))
    assert found == {"database-readonly": database, "storage-folders": storage}


@contextmanager
def as_an_ordinary_user() -> Iterator[None]:
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65_534)
    try:
        yield
    finally:
        os.seteuid(0)


async def errors(installation: Installation) -> dict[str, Path]:
    """What is found of database and storage, and what is to be handed over."""
    checks = (database_check(installation), storage_check(installation))
    findings = [each for check in checks async for each in check]
    found = [each for each in findings if each.level is Level.ERROR]
    assert all(each.remedy.startswith("chown -R ") for each in found)
    return {each.name: Path(each.remedy.rpartition(" ")[2]) for each in found}


@pytest.mark.parametrize(
    ("url", "typed"),
    [
        ("redis://127.0.0.1:6380/0", "redis-cli -h 127.0.0.1 -p 6380"),
        ("redis://:p@[::1]", "redis-cli -h ::1 -p 6379 --askpass"),
        ("rediss://me:p@h?a=b", "redis-cli -h h -p 6379 --tls --user me --askpass"),
        ("unix:///run/my%20redis.sock?password=p", "redis-cli -s '/run/my redis.sock' --askpass"),
        ("sentinel://:p@a,b:2/m/0", "redis-cli -h THE-PRIMARY --askpass"),
    ],
)
def test_remedies_reach_the_redis_that_is_meant(url: str, typed: str) -> None:
    assert redis_cli(url) == typed


def test_a_certificate_that_nobody_trusts_is_found(server: Sialoscope) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(tls)
    with running_bad_proxy(server.url, tls) as url:
        assert wrong(server, "--url", url) == {"proxy-tls"}


@pytest.mark.parametrize(("days", "is_found"), [(13, True), (15, False)])
def test_a_certificate_that_is_soon_to_end_is_found(
    server: Sialoscope, tmp_path: Path, days: int, *, is_found: bool
) -> None:
    tls, authority = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), trustme.CA()
    ends = datetime.now(UTC) + timedelta(days=days)
    authority.issue_cert("127.0.0.1", not_after=ends).configure_cert(tls)
    authority.cert_pem.write_to_path(trusted := str(tmp_path / "trusted.pem"))
    with running_bad_proxy(server.url, tls) as url:
        found = wrong(server, "--url", url, SSL_CERT_FILE=trusted)
    assert "proxy-buffers" in found
    assert ("proxy-certificate" in found) is is_found


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/srv/data/x.db", "nfs4"), ("/srv/my data/x.db", "cifs"), ("/srv/x.db", "ext4")],
)
def test_the_file_system_of_a_database_is_known(path: str, kind: str) -> None:
    mounts = (
        "/dev/vda / ext4 rw 0 0\nnas:/d /srv/data nfs4 rw 0 0\n//nas/m /srv/my\\040data cifs rw"
    )
    assert file_system_of(Path(path), mounts) == kind
