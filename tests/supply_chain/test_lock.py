"""The lock files pin every dependency with its hashes, and nothing else is installed."""

import re
import subprocess
from importlib.metadata import version

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT
from tests.supply_chain.lock import PIN, declared, lock_file, read_pins, with_all_they_need

LOCKS = ["build", "run", "client", "test"]
# Of an environment of its own, whose packages are not installed beside the tests.
OTHER_LOCKS = ["peer"]
RENEW = "pyproject.toml and requirements/ differ. Run: make lock"


@pytest.mark.parametrize("name", [*LOCKS, *OTHER_LOCKS])
def test_a_lock_holds_names_versions_and_hashes_alone(name: str) -> None:
    assert PIN.sub("", lock_file(name).read_text()) == ""
    assert len(read_pins(name)) > len(declared(name)) / 2


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_is_what_the_project_declares_and_what_follows_from_it(name: str) -> None:
    pins = {pin.name: pin.version for pin in read_pins(name) if pin.is_installed_here}
    needed = with_all_they_need(declared(name))
    assert {canonicalize_name(each.name) for each in needed} == pins.keys(), RENEW
    for each in needed:
        pinned = pins[canonicalize_name(each.name)]
        assert each.specifier.contains(pinned, prereleases=True), f"{each}: {pinned}. {RENEW}"


def test_no_file_says_where_packages_come_from() -> None:
    hosts = r"py[p]i\.org|python[h]osted|np[m]js"  # brackets, so that this file has none of them
    found = subprocess.run(
        ["git", "grep", "-lE", hosts], cwd=ROOT, capture_output=True, check=False
    )
    assert (found.returncode, found.stdout.decode()) == (1, "")


def test_a_dependency_that_is_declared_but_not_pinned_is_noticed() -> None:
    pins = {pin.name for pin in read_pins("run")}
    needed = with_all_they_need([*declared("run"), Requirement("pytest>=9")])
    assert {"pytest", "pluggy"} <= {each.name for each in needed} - pins


@pytest.mark.parametrize("name", ["run", "client"])
def test_tests_run_with_the_versions_that_run_in_production(name: str) -> None:
    tested = {(pin.name, pin.version, pin.marker): pin.digests for pin in read_pins("test")}
    for pin in read_pins(name):
        assert tested[pin.name, pin.version, pin.marker] == pin.digests, RENEW


def test_what_is_installed_is_what_is_pinned() -> None:
    for pin in [*read_pins("build"), *read_pins("test")]:
        if pin.is_installed_here:
            assert version(pin.name) == pin.version, "Run: make .venv/test.stamp"


def test_no_command_installs_what_is_not_pinned() -> None:
    commands = [*_of_the_makefile(), *_of_the_image()]
    assert len(commands) == 10
    for command in commands:
        assert "--require-hashes" in command or "--no-deps" in command, command


def _of_the_makefile() -> list[str]:
    goals = [".venv/run.stamp", ".venv/client.stamp", ".venv/test.stamp"]
    shown = subprocess.run(
        ["make", "--dry-run", "--always-make", *goals], cwd=ROOT, capture_output=True, check=True
    )
    lines = shown.stdout.decode().replace("\\\n", "").splitlines()
    return [line for line in lines if re.search(r"pip install", line)]


def _of_the_image() -> list[str]:
    text = (ROOT / "deploy" / "Dockerfile").read_text().replace("\\\n", "")
    return [part for part in re.split(r"\n|&&", text) if re.search(r"pip install", part)]
