"""What Sialoscope writes is for its owner alone, and what others prepare is refused."""

import os
import socket
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from pwd import getpwnam

import psutil
import pytest

from app.commands.backup.postgresql import without_password
from app.settings import SettingError, Settings, broker_socket
from tests.commands import forked_command
from tests.integration.api import SMALL, finished, submit
from tests.servers import Sialoscope, free_port, running_sialoscope

SECRET = "sEcReT-of-the-tests"  # noqa: S105 - no secret
LEFT = (
    *("sialoscope.db", "sialoscope.db-shm", "token", "lock", "old-backup.tar"),
    *("storage/uploads/1.csv", "storage/results/1/2/rows.parquet", "cache/uploads/2.csv"),
)
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="Only root can act as another user.")


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder for temporary files as /tmp is: everybody may write there, and delete their own."""
    with tempfile.TemporaryDirectory(prefix="shared-") as folder:
        Path(folder).chmod(0o1777)
        yield Path(folder)


@pytest.fixture
def installation(shared: Path) -> Sialoscope:
    return Sialoscope(shared / "data", free_port(), {"TMPDIR": str(shared)})


@pytest.fixture
def far_away(shared: Path) -> Sialoscope:
    """An installation whose broker's socket is in the shared folder, for its own is too deep."""
    return Sialoscope(shared / ("deep" * 25) / "data", free_port(), {"TMPDIR": str(shared)})


def run_openly(
    installation: Sialoscope, *words: str, typed: str = ""
) -> "subprocess.CompletedProcess[str]":
    """Run a command as from a shell that lets all read what is written."""
    return forked_command(
        *words, environment=installation.command_environment(), typed=typed, umask=0
    )


def open_to_others(folder: Path) -> list[str]:
    """What others have any right to, below a folder and itself."""
    found = []
    for path in (folder, *folder.rglob("*")):
        with suppress(FileNotFoundError):  # a running server has removed it meanwhile
            if path.lstat().st_mode & 0o077:
                found.append(str(path))
    return found


def of_nobody(path: Path) -> Path:
    nobody = getpwnam("nobody")
    os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)
    return path


def add_ada(installation: Sialoscope) -> None:
    done = run_openly(installation, "user", "add", "ada", typed="correct horse battery staple\n")
    assert done.returncode == 0, done.stderr


def test_the_first_command_makes_everything_for_its_owner_alone(
    installation: Sialoscope,
) -> None:
    assert run_openly(installation, "migrate").returncode == 0
    assert (installation.data / "sialoscope.db").exists()
    assert open_to_others(installation.data) == []


@needs_root
def test_nobody_else_can_open_the_database_of_a_first_user(installation: Sialoscope) -> None:
    add_ada(installation)
    database = installation.data / "sialoscope.db"
    reader = subprocess.run(["cat", str(database)], user="nobody", capture_output=True, check=False)
    assert b"denied" in reader.stderr


@pytest.mark.parametrize("command", ["migrate", "scheduler"])
def test_every_command_closes_what_was_left_open(installation: Sialoscope, command: str) -> None:
    for name in LEFT:
        path = installation.data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (installation.data / "token").write_text("x")
    for path in (installation.data, *installation.data.rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o666)
    run_openly(installation, command)
    assert open_to_others(installation.data) == []


def test_a_database_elsewhere_is_closed_and_its_folder_left_as_it_is(
    installation: Sialoscope, shared: Path
) -> None:
    database = shared / "elsewhere.db"
    installation.environment["DATABASE_URL"] = f"sqlite:///{database}"
    database.touch()
    database.chmod(0o644)
    assert run_openly(installation, "user", "list").returncode == 0
    assert stat.S_IMODE(database.stat().st_mode) == 0o600
    assert stat.S_IMODE(shared.stat().st_mode) == 0o1777


def test_a_link_is_not_followed_when_modes_are_repaired(
    installation: Sialoscope, shared: Path
) -> None:
    installation.data.mkdir()
    other = shared / "other"
    other.write_text("of somebody")
    other.chmod(0o644)
    (installation.data / "token").symlink_to(other)
    assert run_openly(installation, "user", "list").returncode == 0
    assert stat.S_IMODE(other.stat().st_mode) == 0o644


@needs_root
@pytest.mark.parametrize("prepared", ["token", "storage", "."])
def test_what_another_user_put_into_the_data_folder_is_refused(
    installation: Sialoscope, prepared: str
) -> None:
    installation.data.mkdir(mode=0o777)
    path = installation.data / prepared
    if prepared == "storage":
        path.mkdir()
    elif prepared != ".":
        path.write_text("known-to-nobody")
    of_nobody(path)
    done = run_openly(installation, "up")
    assert done.returncode == 1
    assert f"{path.resolve()} belongs to nobody" in done.stderr


@needs_root
@pytest.mark.parametrize("command", ["up", "worker", "doctor"])
def test_a_socket_that_another_user_prepared_is_never_spoken_to(
    far_away: Sialoscope, command: str
) -> None:
    path = broker_socket_of(far_away)
    of_nobody_before_us = path.parent
    of_nobody_before_us.mkdir(mode=0o777)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        listening.settimeout(0)
        of_nobody(path)
        of_nobody(of_nobody_before_us)
        done = run_openly(far_away, command)
        assert done.returncode == 1
        assert f"{of_nobody_before_us} belongs to nobody" in done.stderr
        with pytest.raises(BlockingIOError):
            listening.accept()


@needs_root
def test_a_socket_of_another_user_in_our_own_folder_is_refused(far_away: Sialoscope) -> None:
    path = broker_socket_of(far_away)
    path.parent.mkdir(mode=0o777)  # as an older version under another umask left it
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        of_nobody(path)
        done = run_openly(far_away, "up")
    assert done.returncode == 1
    assert f"{path} belongs to nobody" in done.stderr


def test_a_link_in_place_of_the_folder_for_the_socket_is_refused(
    far_away: Sialoscope, shared: Path
) -> None:
    elsewhere = shared / "elsewhere"
    elsewhere.mkdir()
    folder = broker_socket_of(far_away).parent
    folder.symlink_to(elsewhere)
    done = run_openly(far_away, "up")
    assert done.returncode == 1
    assert f"{folder} is not a folder" in done.stderr
    assert [*elsewhere.iterdir()] == []


def test_a_shared_folder_where_all_may_move_all_is_refused(
    far_away: Sialoscope, shared: Path
) -> None:
    shared.chmod(0o777)
    done = run_openly(far_away, "up")
    assert done.returncode == 1
    assert "sticky bit" in done.stderr


def broker_socket_of(installation: Sialoscope) -> Path:
    name = broker_socket(installation.data.resolve()).name
    return Path(installation.environment["TMPDIR"]) / f"sialoscope-{os.getuid()}" / name


@pytest.fixture(scope="module")
def server() -> Iterator[Sialoscope]:
    secrets = {
        "SIALOSCOPE_SMTP_URL": f"smtp://ada:{SECRET}@127.0.0.1:9",
        "SIALOSCOPE_MAIL_FROM": "sialoscope@lab.example",
        "SIALOSCOPE_METRICS_TOKEN": SECRET,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "SECRET_OF_ANOTHER_PROGRAM": SECRET,
    }
    before = os.umask(0)
    try:
        with running_sialoscope(secrets) as running:
            yield running
    finally:
        os.umask(before)


def test_a_running_server_has_nothing_that_is_open_to_others(server: Sialoscope) -> None:
    with server.client() as client:
        assert finished(client, submit(client, SMALL))["status"] == "succeeded"
    assert (server.data / "broker.sock").is_socket()
    assert [*server.data.glob("storage/results/*/*/rows.parquet")]
    assert open_to_others(server.data) == []


def test_neither_the_broker_nor_an_analysis_knows_a_secret(server: Sialoscope) -> None:
    with server.client() as client:
        assert finished(client, submit(client, SMALL))["status"] == "succeeded"
    for pid in (*server.broker_pids(), *server.analyses()):
        known = psutil.Process(pid).environ()
        assert SECRET not in str(known)
        assert "SIALOSCOPE_TOKEN" not in known


def test_no_command_line_has_a_secret(server: Sialoscope) -> None:
    assert server.process
    parts = psutil.Process(server.process.pid).children(recursive=True)
    assert len(parts) >= 4
    secrets = (SECRET, server.command_environment()["SIALOSCOPE_TOKEN"])
    for part in parts:
        assert not any(secret in word for secret in secrets for word in part.cmdline())


@pytest.mark.parametrize(
    ("url", "shown", "password"),
    [
        ("postgresql://ada:a%3Ab%2Fc@db:5432/x", "postgresql://ada@db:5432/x", "a:b/c"),
        ("postgresql://ada@db/x?password=pw&sslmode=require",
         "postgresql://ada@db/x?sslmode=require", "pw"),
        ("postgresql://ada:one@db/x?password=two", "postgresql://ada@db/x", "one"),
        ("postgresql:///x?host=%2Frun%2Fpg", "postgresql:///x?host=%2Frun%2Fpg", ""),
    ],
)  # fmt: skip
def test_the_programs_of_postgresql_are_shown_no_password(
    url: str, shown: str, password: str
) -> None:
    assert without_password(url) == (shown, password)


@pytest.mark.parametrize("name", ["REDIS_URL", "DATABASE_URL", "SIALOSCOPE_SMTP_URL"])
@pytest.mark.parametrize("rest", [f":{SECRET}/{SECRET}@", f":{SECRET}#x@", f":1#{SECRET}@",
                                  f":1/{SECRET}@", f":{SECRET}[@", f":{SECRET}?x@"])  # fmt: skip
def test_an_address_with_an_odd_password_is_refused_and_not_quoted(name: str, rest: str) -> None:
    scheme = {"REDIS_URL": "redis", "DATABASE_URL": "postgresql"}.get(name, "smtp")
    with pytest.raises(SettingError) as refused:
        Settings.from_environment({name: f"{scheme}://ada{rest}127.0.0.1:9/0"})
    assert name in str(refused.value)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["sentinel://u:p@a:1,b:2/name/0", "rediss://[::1]:6379/0?ssl_ca_certs=/x",
            "redis://:p%40@a/0", "unix:///run/x@y#1.sock"],
)  # fmt: skip
def test_an_address_that_is_sound_is_taken(url: str) -> None:
    assert Settings.from_environment({"REDIS_URL": url}).redis_url == url


@pytest.mark.parametrize("name", ["REDIS_URL", "DATABASE_URL"])
def test_a_server_that_is_away_is_reported_without_its_password(
    installation: Sialoscope, name: str
) -> None:
    scheme = {"REDIS_URL": "redis", "DATABASE_URL": "postgresql"}[name]
    installation.environment[name] = f"{scheme}://ada:{SECRET}@127.0.0.1:9/0"
    done = run_openly(installation, "doctor")
    assert done.returncode == 1
    assert name in done.stdout
    assert SECRET not in done.stdout + done.stderr


@needs_root
def test_a_backup_goes_into_no_file_that_somebody_prepared(
    installation: Sialoscope, shared: Path
) -> None:
    add_ada(installation)
    (shared / "readable").touch()
    of_nobody(shared / "readable")
    (shared / "backup.tar.partial").symlink_to(shared / "readable")
    done = run_openly(installation, "backup", str(shared / "backup.tar"))
    assert done.returncode == 0, done.stderr
    assert (shared / "readable").read_bytes() == b""
    assert stat.S_IMODE((shared / "backup.tar").stat().st_mode) == 0o600


def test_calls_that_are_written_to_a_file_are_private_to_its_user(
    installation: Sialoscope, shared: Path
) -> None:
    (shared / "peaks.csv").write_bytes(SMALL)
    done = run_openly(
        installation, "analyze", str(shared / "peaks.csv"), "-o", str(shared / "calls.csv")
    )
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE((shared / "calls.csv").stat().st_mode) == 0o600
    assert not installation.data.exists()


def test_settings_show_no_secret() -> None:
    shown = repr(
        Settings.from_environment(
            {
                "SIALOSCOPE_TOKEN": SECRET,
                "REDIS_URL": f"redis://:{SECRET}@127.0.0.1/0",
                "DATABASE_URL": f"postgresql://ada:{SECRET}@127.0.0.1/x",
                "SIALOSCOPE_SMTP_URL": f"smtp://ada:{SECRET}@127.0.0.1",
                "SIALOSCOPE_METRICS_TOKEN": SECRET,
            }
        )
    )
    assert SECRET not in shown
