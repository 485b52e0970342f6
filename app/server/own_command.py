"""The subcommands of Sialoscope as processes of their own."""

import asyncio
import sys

from app.server.kept_running import Command
from app.settings import CannotStartError


class CommandFailedError(CannotStartError):
    """A subcommand failed, and has printed why to standard error."""


def own_command(*words: str) -> Command:
    """Return a subcommand that sends heartbeats, as a process to keep running."""
    return Command([sys.executable, "-m", "app.cli", *words], is_ours=True)


async def answer_of(*words: str) -> str:
    """Run a subcommand to its end and return its standard output.

    What it imports takes memory only while it runs. A supervisor that did the work itself would
    keep all those modules.

    Raises:
        CommandFailedError: it failed.
    """
    process = await asyncio.create_subprocess_exec(
        *own_command(*words).line,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C must reach only the supervisor, which stops in order
    )
    output, _ = await process.communicate()
    if process.returncode:
        raise CommandFailedError
    return output.decode()
