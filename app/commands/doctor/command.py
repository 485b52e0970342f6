"""``sialoscope doctor``: look at everything, and tell what is wrong and what to do about it.

The code is 1 when there is an error. Nothing is changed but for a test file, and marks in Redis
that end by themselves.
"""

import argparse
import asyncio
import os
import sys

from app.commands.doctor.finding import Check, Finding, Installation, Level, error
from app.commands.doctor.report import as_json, as_text
from app.runtime.private_files import require_own_socket
from app.server.preflight import ANY_ERROR
from app.settings import Settings

MOST_S = 60


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Describe the options."""
    command.set_defaults(writes_data=False)  # it tells what is open to others
    command.add_argument("--json", action="store_true", help="tell it as JSON")
    text = "the address that users open (default: SIALOSCOPE_PUBLIC_URL)"
    command.add_argument("--url", default="", help=text)


def run(arguments: argparse.Namespace) -> None:
    """Print what was found.

    Raises:
        CannotStartError: another user listens where the broker should.
        SystemExit: with code 1 where there is an error.
    """
    settings = Settings.from_environment()
    require_own_socket(settings)
    url = (arguments.url or settings.public_url).rstrip("/")
    installation = Installation(settings=settings, environment=os.environ, url=url)
    findings = asyncio.run(_examine(installation))
    print(as_json(findings) if arguments.json else as_text(findings))  # noqa: T201 - the answer
    if any(each.level is Level.ERROR for each in findings):
        sys.exit(1)


async def _examine(installation: Installation) -> list[Finding]:
    # Here, because all that they ask takes a second to load.
    from app.commands.doctor.checks import CHECKS

    return [each for check in CHECKS for each in await _findings(check, installation)]


async def _findings(check: Check, installation: Installation) -> list[Finding]:
    """What a check finds; one that breaks off is a finding itself."""
    findings = []
    try:
        async with asyncio.timeout(MOST_S):
            findings += [each async for each in check(installation)]
    except (TimeoutError, *ANY_ERROR) as fault:
        name = check.__module__.rpartition(".")[2]
        findings.append(
            error(
                f"{name}-unknown",
                f"This could not be looked at ({str(fault) or f'no answer within {MOST_S} s'}).",
                why="What is wrong there stays unseen.",
                remedy="Correct what is told above, then run 'sialoscope doctor' again.",
            )
        )
    return findings
