"""Follow jobs to their end and show their progress: bars on a terminal, lines elsewhere."""

import asyncio
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from sialoscope_client import AsyncSialoscope, Event, Job

# How many jobs are followed at once; a server allows a user 100 streams.
AT_ONCE = 20
ENDED = {"failed": "failed", "cancelled": "was cancelled"}

Show: TypeAlias = "Callable[[Job, int, str], None]"


async def follow(client: "AsyncSialoscope", jobs: "Sequence[Job]", *, is_quiet: bool) -> list[str]:
    """Show the progress of jobs until all have ended; return a sentence for each that failed."""
    places = asyncio.Semaphore(AT_ONCE)

    async def follow_one(job: "Job") -> "Job":
        async with places:
            async for event in client.follow(job):
                _show(show, job, event)
            ended = await client.job(job)
            show(ended, 100, ended.message)
            return ended

    with _progress(jobs, is_quiet=is_quiet) as show:
        ended = await asyncio.gather(*map(follow_one, jobs))
    failed = [job for job in ended if job.status != "succeeded"]
    return [f"{_name(job)} {ENDED[job.status]}: {job.message}" for job in failed]


def _show(show: Show, job: "Job", event: "Event") -> None:
    if event.name == "progress":
        show(job, int(event.data["percentage"]), str(event.data["message"]))
    elif event.name == "snapshot":  # why a job waits, such as a paused queue, stands only here
        seen = event.data["job"]
        show(job, int(seen["percentage"]), str(seen["message"]))


@contextmanager
def _progress(jobs: "Sequence[Job]", *, is_quiet: bool) -> Iterator[Show]:
    """Yield the function that shows a job, its percentage and its message."""
    if is_quiet:
        yield _show_nothing
    elif sys.stderr.isatty():
        with _bars(jobs) as show:
            yield show
    else:
        yield _lines()


def _show_nothing(_job: "Job", _percentage: int, _message: str) -> None:
    pass


def _lines() -> Show:
    """Return what prints a line for each change of a job."""
    printed: dict[str, str] = {}

    def show(job: "Job", percentage: int, message: str) -> None:
        line = f"{percentage:3d} %  {_name(job)}  {message}\n"
        if printed.get(job.id) != line:
            sys.stderr.write(line)
        printed[job.id] = line

    return show


@contextmanager
def _bars(jobs: "Sequence[Job]") -> Iterator[Show]:
    # Rich takes as long to import as a small table takes to read.
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    name, message = TextColumn("{task.fields[file]}"), TextColumn("{task.description}")
    columns = (name, BarColumn(), TaskProgressColumn(), message)
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks = {
            job.id: bars.add_task(job.message, total=100, completed=job.percentage, file=_name(job))
            for job in jobs
        }

        def show(job: "Job", percentage: int, message: str) -> None:
            bars.update(tasks[job.id], completed=percentage, description=message)

        yield show


def _name(job: "Job") -> str:
    return job.file_name or job.id
