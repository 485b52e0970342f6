"""Tests a running API against its description by schemathesis: ``python -m tests.schema_run``."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from app.db.accounts.tokens import SCOPES
from tests.people import Person, add_person
from tests.schema_things import Json, show_things
from tests.servers import running_sialoscope

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
COMMAND = (sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION), "run")
# The API has all its operations only with accounts.
SETTINGS = {"SIALOSCOPE_UPLOAD_LIMIT_MB": "40", "SIALOSCOPE_ACCOUNTS": "true"}


class SchemaRun(NamedTuple):
    """The output of a run, and the operations (``GET /api/v1/jobs``) that never answered 2xx."""

    code: int
    says: str
    never_answered: list[str]


@contextmanager
def whole_api() -> Iterator[Person]:
    """An administrator of a server of its own, because the run drains it and changes its rules."""
    with running_sialoscope(SETTINGS) as server:
        yield add_person(server, "root@lab.example", "--admin")


def schema_run(root: Person, *options: str) -> SchemaRun:
    """Send requests generated from the description, and check each answer against it."""
    bob = add_person(root.server, "bob")  # the example of a share names this account
    with root.program(*SCOPES) as program, TemporaryDirectory() as folder:
        schema: Json = program.get("/api/openapi.json").json()
        show_things(schema, program, bob, root.name)
        described, report = Path(folder, "openapi.json"), Path(folder, "report.json")
        described.write_text(json.dumps(schema))
        written = ("--report", "json", "--report-json-path", str(report))
        done = subprocess.run(
            [*COMMAND, str(described), "--url", root.server.url, *written, *options],
            env=os.environ | {"TOKEN_OF_THE_RUN": program.headers["authorization"]},
            capture_output=True,
            text=True,
            check=False,
        )
        never = _never_answered(schema, report) if report.exists() else ["No report was written."]
        return SchemaRun(done.returncode, done.stdout + done.stderr, never)


def _never_answered(schema: Json, report: Path) -> list[str]:
    rates = json.loads(report.read_text())["valid_rates"]
    return [
        f"{method.upper()} {path}"
        for path, item in schema["paths"].items()
        for method in item
        if not _is_answered(rates.get(f"{method.upper()} {path}", {}))
    ]


def _is_answered(by_phase: Json) -> bool:
    return any(phase["accepted"] for phase in by_phase.values())


if __name__ == "__main__":
    with whole_api() as administrator:
        done = schema_run(administrator, *sys.argv[1:])
    sys.stdout.write(done.says)
    sys.stdout.write("".join(f"No 2xx: {one}\n" for one in done.never_answered))
    sys.exit(done.code or bool(done.never_answered))
