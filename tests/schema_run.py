"""Tests a running API against its description by schemathesis: ``python -m tests.schema_run``."""

import subprocess
import sys
from pathlib import Path

from tests.integration.api import SMALL, finished, submit
from tests.servers import Sialoscope, running_sialoscope

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
LIMIT = {"SIALOSCOPE_UPLOAD_LIMIT_MB": "40"}


def schema_run(server: Sialoscope, *options: str) -> "subprocess.CompletedProcess[str]":
    """Send requests that are made of the description, and check each answer by it."""
    with server.client() as client:
        finished(client, submit(client, SMALL))
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION)]
    return subprocess.run(
        [*command, "run", f"{server.url}/api/openapi.json", *options],
        env=server.command_environment(),
        capture_output=True,
        text=True,
        check=False,
    )


if __name__ == "__main__":
    with running_sialoscope(LIMIT) as running:
        done = schema_run(running, *sys.argv[1:])
    sys.stdout.write(done.stdout)
    sys.exit(done.returncode)
