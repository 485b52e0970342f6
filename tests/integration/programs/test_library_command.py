"""``sialoscope analyze --library FILE``: a library without a server."""

from pathlib import Path
from subprocess import CompletedProcess

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.analysis.library.kept_law import encode_law
from app.proof.library_file import LibraryOfFile, VersionOfFile, write_library
from tests.commands import forked_command
from tests.perf.library import library_law
from tests.simulator import Variation, simulate


def library_file(folder: Path) -> Path:
    """The file of a library with one version."""
    version = VersionOfFile(
        version=1,
        job="j",
        file_name="run.csv",
        made_by="ada",
        made_at="2026-01-01T00:00:00+00:00",
        engine="1",
        settings={},
        law=encode_law(library_law()).decode(),
    )
    path = folder / "method.sialolib"
    library = LibraryOfFile(name="method", versions=(version,))
    path.write_bytes(write_library(library, Ed25519PrivateKey.generate()))
    return path


def analyze(*arguments: str) -> CompletedProcess[str]:
    return forked_command("analyze", *arguments, environment={"PATH": "/usr/bin:/bin"})


def test_the_command_uses_a_library_and_refuses_a_changed_one(tmp_path: Path) -> None:
    library, table = library_file(tmp_path), tmp_path / "peaks.csv"
    simulate(Variation(seed=3, time_scale=1.3, has_anchors=False)).table.write_csv(table)
    out = str(tmp_path / "out.csv")

    done = analyze(str(table), "-o", out, "--library", str(library))
    assert done.returncode == 0, done.stderr
    assert "The retention library is the prior of the retention model" in done.stderr

    content = library.read_bytes()
    library.write_bytes(content.replace(b"run.csv", b"ran.csv"))
    done = analyze(str(table), "-o", out, "--library", str(library))
    assert done.returncode == 1
    assert "was changed after it was signed" in done.stderr

    done = analyze(str(table), "-o", out, "--library", str(table))
    assert done.returncode == 1
    assert "This is no retention library" in done.stderr

    done = analyze(str(table), "-o", out, "--library", str(tmp_path / "none"))
    assert done.returncode == 1
    assert "cannot be read" in done.stderr
