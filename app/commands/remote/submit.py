"""``sialoscope submit``: analyze tables on a server, show the progress and fetch the result."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app.analysis.reporting.formats import FORMATS
from app.commands.errors import FileError, ServerError
from app.commands.file_errors import while_reading, while_writing
from app.commands.input_file import STANDARD_INPUT, input_file
from app.commands.output_folder import require_folder_of
from app.commands.reading_arguments import add_reading_arguments, given_choices
from app.commands.remote.connection import add_connection_arguments, with_client
from app.commands.remote.progress import follow
from app.commands.remote.queue import PRIORITIES
from app.commands.setting_arguments import add_setting_arguments, given_settings

if TYPE_CHECKING:
    from sialoscope_client import AsyncSialoscope, Job

EPILOG = """\
The id of each job goes to standard output, the progress to standard error.
exit codes: 0 all jobs succeeded; 1 a table was refused, a job did not succeed, or the server
cannot be used; 2 the command line is wrong; 130 interrupted (the jobs run on).
"""
FILE_HELP = "a peak table; - reads standard input, as a file peaks.csv"
# Those of the export formats, and of the report.
SUFFIXES = (*(f".{each.suffix}" for each in FORMATS), ".html")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("file", nargs="+", type=Path, metavar="FILE", help=FILE_HELP)
    parser.add_argument(
        "--cohort",
        metavar="NAME",
        help="analyze the files as the samples of one job with this name",
    )
    text = "where to write the result of one job; the suffix selects the format"
    parser.add_argument("-o", "--output", type=Path, metavar="OUT", help=text)
    text = "end once the jobs are submitted, without waiting for them"
    parser.add_argument("--no-wait", action="store_true", help=text)
    parser.add_argument("-q", "--quiet", action="store_true", help="show no progress")
    add_reading_arguments(parser)
    text = "the priority of the jobs among your waiting ones (default: normal)"
    parser.add_argument("--priority", choices=PRIORITIES, help=text)
    text = "a retention library of the server whose law is the prior, perhaps with - and a version"
    parser.add_argument("--library", metavar="ID", help=text)
    add_setting_arguments(parser)
    add_connection_arguments(parser)


def run(arguments: argparse.Namespace) -> None:
    """Submit the files, print the ids of their jobs, and wait for the results.

    Raises:
        FileError: a file cannot be read or written, or the options do not go together.
        ServerError: a table was refused, a job did not succeed, or the server cannot be used.
    """
    _check(arguments)

    async def work(client: "AsyncSialoscope") -> None:
        jobs, failures = await _submit(client, arguments)
        for job in jobs:
            print(job.id, flush=True)  # noqa: T201 - the answer of the command
        if not arguments.no_wait:
            failures += await follow(client, jobs, is_quiet=arguments.quiet)
        if failures:
            raise ServerError("\n".join(failures))
        await _fetch(client, jobs, arguments.output)

    with_client(arguments, work)


def _check(arguments: argparse.Namespace) -> None:
    """Check what would otherwise be noticed after the analysis.

    Raises:
        FileError: a file cannot be read, or the options do not go together.
    """
    makes_one_job = len(arguments.file) == 1 or arguments.cohort is not None
    if arguments.output and (arguments.no_wait or not makes_one_job):
        raise FileError("--output needs the result of one job: give one file, or --cohort.")
    if arguments.output and arguments.output.suffix.lower() not in SUFFIXES:
        raise FileError(
            f"The suffix of {arguments.output} is not that of a format. Use {', '.join(SUFFIXES)}."
        )
    if arguments.output:
        require_folder_of(arguments.output)
    for path in arguments.file:
        if path != STANDARD_INPUT:
            with while_reading(path):
                path.open("rb").close()


async def _submit(
    client: "AsyncSialoscope", arguments: argparse.Namespace
) -> "tuple[list[Job], list[str]]":
    """Submit the files, and return their jobs and a sentence for each refused file."""
    settings = {"columns": dict(arguments.column), **given_settings(arguments)}
    settings |= given_choices(arguments)
    settings |= {"library": arguments.library} if arguments.library else {}
    settings |= {"priority": arguments.priority} if arguments.priority else {}
    tables = [_content(path) if path == STANDARD_INPUT else path for path in arguments.file]
    if arguments.cohort is not None:
        cohort = await client.submit_cohort(tables, name=arguments.cohort, **settings)
        return [cohort], []
    if len(tables) == 1:
        return [await client.submit(tables[0], **settings)], []
    batch = await client.submit_batch(tables, **settings)
    return batch.jobs, [f"{each.file_name}: {each.detail}" for each in batch.refused]


def _content(path: Path) -> bytes:
    with input_file(path) as copy:
        return copy.read_bytes()


async def _fetch(client: "AsyncSialoscope", jobs: "list[Job]", output: Path | None) -> None:
    if output is None:
        return
    with while_writing(output):
        await client.export(jobs[0], output)
    sys.stderr.write(f"The result is in {output}.\n")
