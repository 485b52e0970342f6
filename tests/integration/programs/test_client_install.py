"""The client as users get it: the wheel in an empty environment runs what docs/api.md shows."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.api import SMALL
from tests.servers import TOKEN, Sialoscope

ROOT = Path(__file__).parents[3]
UV = Path(sys.executable).with_name("uv")
HATCHLING = Path(sys.executable).with_name("hatchling")
LOCK = ROOT / "requirements" / "test.txt"


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment with the wheel and its client extra alone."""
    folder = tmp_path_factory.mktemp("client")
    run(HATCHLING, "build", "--target", "wheel", "--directory", folder, cwd=ROOT)
    run(UV, "venv", "--quiet", folder / "venv")
    python = folder / "venv" / "bin" / "python"
    (wheel,) = folder.glob("*.whl")
    installed = ("--python", python, "--constraint", LOCK, f"{wheel}[client]")
    run(UV, "pip", "install", "--quiet", *installed)
    return python


def test_the_first_example_of_the_api_page_runs_as_it_is_printed(
    python: Path, server: Sialoscope, tmp_path: Path
) -> None:
    page = (ROOT / "docs" / "api.md").read_text()
    example, *_ = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (tmp_path / "peaks.csv").write_bytes(SMALL)
    known = {"SIALOSCOPE_URL": server.url, "SIALOSCOPE_TOKEN": TOKEN}
    received = run(python, "-I", "-c", example, cwd=tmp_path, env=os.environ | known)
    assert "complete" in received
    assert (tmp_path / "calls.xlsx").read_bytes().startswith(b"PK")


def test_the_client_loads_nothing_of_the_server(python: Path, tmp_path: Path) -> None:
    shown = "import sys, sialoscope_client; print({'app', 'workers', 'litestar'} & {*sys.modules})"
    assert run(python, "-I", "-c", shown, cwd=tmp_path).strip() == "set()"


def run(*command: str | Path, cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
