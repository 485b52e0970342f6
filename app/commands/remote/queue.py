"""``sialoscope queue``: show, pause and resume the queue of a server, and order jobs in it."""

import argparse
from typing import TYPE_CHECKING

from app.commands.remote.connection import add_connection_arguments, with_client

if TYPE_CHECKING:
    from sialoscope_client import AsyncSialoscope, Job, Queue

ACTIONS = {
    "show": "Show whether the queue is paused.",
    "pause": "Start no waiting job until the queue is resumed; new jobs are still accepted.",
    "resume": "Start waiting jobs again.",
    "next": "Let a waiting job run before the others of its owner.",
    "priority": "Set the priority of a job among the waiting jobs of its owner.",
}
PRIORITIES = ("high", "normal", "low")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the actions of the command."""
    add_connection_arguments(parser)
    actions = parser.add_subparsers(required=True, metavar="ACTION", dest="action")
    for name, text in ACTIONS.items():
        action = actions.add_parser(name, help=text, description=text)
        if name in ("next", "priority"):
            action.add_argument("job", metavar="JOB", help="the id of the job")
        if name == "priority":
            action.add_argument("priority", choices=PRIORITIES, help="its new priority")


def run(arguments: argparse.Namespace) -> None:
    """Do the action, and print how things stand after it.

    Raises:
        ServerError: the server refuses, or cannot be used.
    """

    async def work(client: "AsyncSialoscope") -> None:
        print(await _outcome(client, arguments))  # noqa: T201 - the answer

    with_client(arguments, work)


async def _outcome(client: "AsyncSialoscope", arguments: argparse.Namespace) -> str:
    match arguments.action:
        case "next":
            return _of_job(await client.run_next(arguments.job))
        case "priority":
            return _of_job(await client.prioritize(arguments.job, arguments.priority))
        case "pause":
            return _of_queue(await client.pause_queue())
        case "resume":
            return _of_queue(await client.resume_queue())
        case _:
            return _of_queue(await client.queue())


def _of_queue(queue: "Queue") -> str:
    if not queue.pause:
        return "The queue is not paused."
    return f"The queue is paused by {queue.pause['by']} since {queue.pause['since']}."


def _of_job(job: "Job") -> str:
    where = f", at place {job.queue_position} of the queue" if job.queue_position else ""
    return f"{job.file_name}: {job.status}{where}, priority {job.priority}."
