"""The tree stays in the rooms that ``docs/architecture.md`` describes, and the page stays true."""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text()
SOURCES = ("app", "workers", "templates", "static", "tests", "deploy", "docs", "pyproject.toml")
TEXTS = {".py", ".html", ".js", ".txt", ".env", ".toml", ".css"}
MOST_LOOSE = 5
# Everything else in the root was left there by accident.
TOP = {
    *(
        ".ci",
        ".editorconfig",
        ".gitignore",
        ".pre-commit-config.yaml",
        "Makefile",
        "pyproject.toml",
    ),
    *("CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md", "requirements"),
    *("app", "deploy", "docs", "static", "templates", "tests", "workers"),
}
# ``app/name``, ``name.py``, ``NAME`` or ``Class.method``: what a reader would look for.
NAMED = re.compile(r"`([A-Za-z_][\w./-]*)`")
# Commands, tools and words of other programs, not of the tree.
OF_OTHERS = {"retry"}


@cache
def every_file() -> list[Path]:
    """The files that a reader may be sent to."""
    found = [each for top in SOURCES for each in [ROOT / top, *(ROOT / top).rglob("*")]]
    return [each for each in found if each.suffix in TEXTS and each.is_file()]


@cache
def every_word() -> set[str]:
    """The words of all sources."""
    return set().union(*(re.findall(r"\w+", each.read_text()) for each in every_file()))


def is_found(name: str) -> bool:
    """Whether a path, a file name or a name of the code exists."""
    if "/" in name:  # a room inside another is named alone: ``names/``
        return (ROOT / name).exists() or any(
            found for top in ("app", "workers") for found in (ROOT / top).rglob(name)
        )
    if Path(name).suffix in TEXTS:
        return any(each.name == name for each in every_file())
    return name in OF_OTHERS or every_word().issuperset(name.split("."))


def test_nothing_else_lies_in_the_root() -> None:
    listed = subprocess.check_output(["git", "ls-files"], cwd=ROOT, text=True)
    assert {each.split("/")[0] for each in listed.splitlines()} == TOP


@pytest.mark.parametrize("room", ["app", "app/db/jobs", "app/web", "app/analysis", "workers"])
def test_few_modules_lie_loose_in_a_room(room: str) -> None:
    loose = [each.name for each in (ROOT / room).glob("*.py") if each.name != "__init__.py"]
    assert len(loose) <= MOST_LOOSE, sorted(loose)


def test_the_page_of_the_architecture_names_what_exists() -> None:
    named = set(NAMED.findall(PAGE))
    assert len(named) > 100
    assert sorted(name for name in named if not is_found(name)) == []


@pytest.mark.parametrize("gone", ["app/web/{}.py", "{}.py", "app/{}/", "{}", "JobStore.{}"])
def test_a_name_that_is_gone_is_noticed(gone: str) -> None:
    assert not is_found(gone.format("no" + "where" + "here"))


def test_the_page_of_the_architecture_lists_each_room() -> None:
    rooms = [
        *(each for each in (ROOT / "app").iterdir() if each.is_dir()),
        *(each for each in (ROOT / "app" / "web").iterdir() if each.is_dir()),
        *(each for each in (ROOT / "app" / "analysis").iterdir() if each.is_dir()),
        *(each for each in (ROOT / "workers").iterdir() if each.is_dir()),
    ]
    names = {each.name for each in rooms if (each / "__init__.py").exists()}
    assert sorted(name for name in names if f"{name}/`" not in PAGE) == []


def test_records_of_the_analysis_compile_no_methods_at_each_start() -> None:
    """Dataclasses do, so they are structs of msgspec (docs/adr/0155)."""
    modules = (ROOT / "app" / "analysis").rglob("*.py")

    assert [each.name for each in modules if "dataclasses" in each.read_text()] == []
