"""Runs the ``sialoscope`` command in a forked process that need not import everything again.

A forked child takes milliseconds where a new interpreter takes seconds. Use it for commands that
end by themselves; ``tests/servers.py`` starts servers.
"""

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from app.cli import SUBCOMMANDS

TIMEOUT_S = 60
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(
    ["app.cli", "app.server.supervisor", *(each.module for each in SUBCOMMANDS)]
)


def forked_command(
    *words: str, environment: Mapping[str, str], typed: str = "", umask: int | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run a command with only these environment variables; it reads what is typed.

    ``umask`` is the one of the shell that runs it, if not that of the tests.
    """
    with tempfile.TemporaryDirectory(prefix="sialoscope-") as folder:
        said = Path(folder)
        (said / "in").write_text(typed)
        process = _FORKS.Process(target=_command, args=(words, dict(environment), folder, umask))
        process.start()
        process.join(TIMEOUT_S)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(words, TIMEOUT_S)
        out, errors = ((said / name).read_bytes().decode() for name in ("out", "err"))
        return subprocess.CompletedProcess(words, process.exitcode, out, errors)


def _command(
    words: tuple[str, ...], environment: dict[str, str], folder: str, umask: int | None
) -> None:
    if umask is not None:
        os.umask(umask)
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None  # it is that of the process that was forked
    for number, name in enumerate(("in", "out", "err")):
        how = os.O_WRONLY | os.O_CREAT if number else os.O_RDONLY
        os.dup2(os.open(Path(folder) / name, how), number)
    sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w"), os.fdopen(2, "w")
    sys.argv = ["sialoscope", *words]
    from app.cli import main

    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    sys.exit(code)
