"""``sialoscope watch``: show the progress of jobs on a server until they have ended."""

import argparse
import asyncio
from typing import TYPE_CHECKING

from app.commands.errors import ServerError
from app.commands.remote.connection import add_connection_arguments, with_client
from app.commands.remote.progress import follow

if TYPE_CHECKING:
    from sialoscope_client import AsyncSialoscope

EPILOG = """\
exit codes: 0 all jobs succeeded; 1 one failed or was cancelled, or the server cannot be used;
2 the command line is wrong; 130 interrupted (the jobs run on).
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("job", nargs="+", metavar="JOB", help="the id of a job")
    add_connection_arguments(parser)


def run(arguments: argparse.Namespace) -> None:
    """Show the progress of the jobs on standard error.

    Raises:
        ServerError: a job did not succeed, or the server cannot be used.
    """

    async def work(client: "AsyncSialoscope") -> None:
        jobs = await asyncio.gather(*map(client.job, dict.fromkeys(arguments.job)))
        if failures := await follow(client, jobs, is_quiet=False):
            raise ServerError("\n".join(failures))

    with_client(arguments, work)
