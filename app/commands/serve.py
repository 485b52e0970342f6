"""The subcommands that run the server or a part of it: everything, the web, a worker, upkeep.

Each function is the subcommand of its name, and its docstring is the help. Imports stand in the
functions, because each process needs few of them.
"""

import argparse
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from app.settings import Settings

# How long a stopping worker lets its jobs run before it hands them back.
FINISH_WITHIN_S = 4

Serve: TypeAlias = Callable[["Settings", argparse.Namespace], None]


def add_serve_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommands with their options."""
    for serve in (up, web, worker, scheduler, migrate):
        text = serve.__doc__
        command = commands.add_parser(serve.__name__, help=text, description=text)
        command.set_defaults(run=_with_settings(serve))
        if serve in (up, web):
            _add_web_workers(command)
        if serve is web:  # a supervisor passes its listening sockets
            command.add_argument("--fd", type=int, action="append", help=argparse.SUPPRESS)
            command.add_argument("--after", type=int, help=argparse.SUPPRESS)
    for serve in (prepare, release):  # a supervisor runs these, so no help lists them
        command = commands.add_parser(serve.__name__, description=serve.__doc__)
        command.set_defaults(run=_with_settings(serve))
        if serve is release:
            command.add_argument("pid", type=int)


def _add_web_workers(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--web-workers",
        type=_number_of_web_workers,
        metavar="N",
        help="web processes on the same port (default: SIALOSCOPE_WEB_WORKERS, else 1)",
    )


def _number_of_web_workers(text: str) -> int:
    from app.settings import whole_number  # `analyze` needs no settings

    return whole_number("--web-workers", text)


def _with_settings(serve: Serve) -> Callable[[argparse.Namespace], None]:
    def run(arguments: argparse.Namespace) -> None:
        from app.observability import logs
        from app.server.unknown_settings import forget_unknown_settings
        from app.settings import Settings

        settings = Settings.from_environment()
        logs.set_up(settings.log_format, serve.__name__)
        forget_unknown_settings()
        web_workers = getattr(arguments, "web_workers", None) or settings.web_workers
        serve(replace(settings, web_workers=web_workers), arguments)

    return run


def up(settings: "Settings", _: argparse.Namespace) -> None:
    """Start everything on this machine."""
    from app.server.supervisor import up as run

    _run(run(settings))


def web(settings: "Settings", arguments: argparse.Namespace) -> None:
    """Serve the pages, the API and the streams."""
    from app.server.sockets import listen, taken_over

    if arguments.after:
        _import_and_wait(arguments.after, settings)
    _run(_require_parts_and_schema(settings))
    if (settings.web_workers > 1 or _has_to_watch(settings)) and not arguments.fd:
        from app.server.supervisor import up_web

        _run(up_web(settings))
        return
    from app.server.web_server import serve

    serve(settings, taken_over(arguments.fd) if arguments.fd else _run(listen(settings)))


async def _require_parts_and_schema(settings: "Settings") -> None:
    from app.server.preflight import require_parts
    from app.server.schema_check import require_schema

    await require_parts(settings)
    await require_schema()


def _import_and_wait(gate: int, settings: "Settings") -> None:
    """Import the web, which takes longest of a start, while the supervisor prepares the rest."""
    import app.server.web_server  # noqa: F401
    from app.runtime.watchdog import Watchdog
    from app.server.start_gate import wait_until_open

    wait_until_open(gate, Watchdog(settings))


def worker(settings: "Settings", _: argparse.Namespace) -> None:
    """Run tasks, a few at a time in one process."""
    _run(_require_parts_and_schema(settings))
    if _has_to_watch(settings):
        from app.server.supervisor import watch

        _run(watch(settings, "worker"))
        return
    run_worker()


def _has_to_watch(settings: "Settings") -> bool:
    """Whether this process must supervise the web or worker, because nothing else does."""
    return settings.is_watched and not settings.notify_socket


def run_worker(broker: str = "workers.main:broker") -> None:
    """Take tasks from a broker, named by module and variable, until SIGINT or SIGTERM."""
    from taskiq.cli.worker.args import WorkerArgs
    from taskiq.cli.worker.run import start_listen

    from app.db.worker_sizes import MOST_PLACES

    start_listen(
        WorkerArgs(
            broker=broker,
            modules=[],
            configure_logging=False,
            max_async_tasks=MOST_PLACES,  # the broker takes fewer, as an operator set it
            wait_tasks_timeout=FINISH_WITHIN_S,
        )
    )


def scheduler(settings: "Settings", _: argparse.Namespace) -> None:
    """Send the tasks of due schedules."""
    _run(_require_parts_and_schema(settings))
    if _has_to_watch(settings):
        from app.server.supervisor import watch

        _run(watch(settings, "scheduler"))
        return
    import uvloop

    from workers.main import broker, sweeps, upkeep
    from workers.scheduler import run

    uvloop.run(run(broker, sweeps, upkeep))  # an idle loop costs less than that of asyncio


def migrate(settings: "Settings", _: argparse.Namespace) -> None:
    """Migrate the database to this version's schema."""
    from app.db.migrate import migrate as run
    from app.server.preflight import require_database

    _run(require_database(settings))
    _run(run())


def prepare(settings: "Settings", _: argparse.Namespace) -> None:
    """Check the parts of this machine and migrate the database, for a supervisor."""
    from app.server.preparation import prepare as run

    print(_run(run(settings)))  # noqa: T201 - the answer


def release(settings: "Settings", arguments: argparse.Namespace) -> None:
    """Return the jobs of a worker that was killed to the queue, for its supervisor."""
    from app.server.lost_worker import release_jobs

    _run(release_jobs(settings, arguments.pid))


def _run(work: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401 - whatever it returns
    import asyncio  # as long as everything that `--help` needs

    return asyncio.run(work)
