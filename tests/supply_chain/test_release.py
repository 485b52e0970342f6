"""A release has every file that it needs, and the changelog says what is in it."""

import re
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.conftest import ROOT

UV = Path(sys.executable).with_name("uv")
# Where the wheel has other folders than the tree: only names of the product stand at its top.
MOVED = {"app/client/": "", "static/": "app/static/", "templates/": "app/templates/"}
MOVED |= {"docs/": "app/docs/"}
TOP = {"app", "workers", "sialoscope_client"}
FOLDERS = {
    "app/templates/": "pages, e-mails and the report",
    "app/static/": "scripts and styles",
    "app/docs/": "the pages of the help",
    "app/docs/figures/": "their figures",
    "app/db/migrations/": "the schema of the database",
    "sialoscope_client/": "the client",
    "workers/": "the worker",
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source distribution and the wheel."""
    folder = tmp_path_factory.mktemp("release")
    subprocess.run(
        [UV, "build", "--quiet", "--offline", "--no-build-isolation", "--out-dir", folder, ROOT],
        check=True,
    )
    return folder


def test_the_wheel_has_every_file_of_the_program_and_nothing_else(built: Path) -> None:
    needed = {_in_wheel(name) for name in _files_in_git() if _is_of_the_program(name)}
    (wheel,) = built.glob("*.whl")
    with ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert packed == needed
    assert {name.partition("/")[0] for name in packed} == TOP
    for folder, what in FOLDERS.items():
        assert any(name.startswith(folder) for name in packed), what


def _is_of_the_program(name: str) -> bool:
    """Whether the wheel needs a file; of the documents it needs the pages and their figures."""
    path = Path(name)
    is_page = path.parent == Path("docs") and path.suffix == ".md"
    is_figure = path.parent == Path("docs/figures")
    return is_page or is_figure or path.parts[0] in {"app", "workers", "static", "templates"}


def _in_wheel(name: str) -> str:
    for folder, inside in MOVED.items():
        if name.startswith(folder):
            return inside + name.removeprefix(folder)
    return name


def test_the_source_distribution_can_be_tested(built: Path) -> None:
    (source,) = built.glob("*.tar.gz")
    with tarfile.open(source) as archive:
        packed = {name.partition("/")[2] for name in archive.getnames()}
    assert _files_in_git() <= packed


def test_the_changelog_has_a_dated_section_for_the_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    headings = re.findall(r"^## (.*)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    unreleased, newest, *_ = headings
    assert unreleased == "[Unreleased]"
    assert re.fullmatch(rf"\[{re.escape(project['version'])}\] - \d{{4}}-\d\d-\d\d", newest)


def test_the_example_runs_from_the_wheel_in_a_clean_environment(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    done = subprocess.run([ROOT / "tests" / "try_wheel", wheel], cwd=ROOT, check=False)
    assert done.returncode == 0


def _files_in_git() -> set[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return {name for name in listed.stdout.splitlines() if (ROOT / name).exists()}
