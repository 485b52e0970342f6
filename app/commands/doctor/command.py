"""``sialoscope doctor``: check the whole installation, and say what is wrong and how to fix it.

The exit code is 1 if there is an error. The checks write only a test file, and keys in Redis that
expire by themselves.
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
    """Add the arguments of the command."""
    command.set_defaults(writes_data=False)  # it reports open permissions instead of fixing them
    command.add_argument("--json", action="store_true", help="print the findings as JSON")
    text = "the address that users open (default: SIALOSCOPE_PUBLIC_URL)"
    command.add_argument("--url", default="", help=text)


def run(arguments: argparse.Namespace) -> None:
    """Print the findings.

    Raises:
        CannotStartError: another user listens on the socket of the broker.
        SystemExit: with code 1 if a finding is an error.
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
    # Imported here because their dependencies take a second to load.
    from app.commands.doctor.checks import CHECKS

    return [each for check in CHECKS for each in await _findings(check, installation)]


async def _findings(check: Check, installation: Installation) -> list[Finding]:
    """Return the findings of a check; if it fails or takes too long, that is a finding too."""
    findings = []
    try:
        async with asyncio.timeout(MOST_S):
            findings += [each async for each in check(installation)]
    except (TimeoutError, *ANY_ERROR) as fault:
        name = check.__module__.rpartition(".")[2]
        findings.append(
            error(
                f"{name}-unknown",
                f"This check failed ({str(fault) or f'no answer within {MOST_S} s'}).",
                why="There may be other problems that it could not find.",
                remedy="Fix the findings above, then run 'sialoscope doctor' again.",
            )
        )
    return findings
