"""The ``sialoscope`` command."""

import argparse
import gc
import sys
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import Any, NamedTuple, TypeAlias

from app.analysis.errors import AnalysisError
from app.commands.errors import FileError
from app.runtime import private_files
from app.settings import CannotStartError, Settings, whole_number

INTERRUPTED = 130
# How many new objects Python lets come before it looks for garbage. Imports make hundreds of
# thousands that stay, and looking at them after each 700 takes a tenth of the start of a process.
OBJECTS_BETWEEN_COLLECTIONS = 50_000
# How long a stopping worker lets its jobs run before it hands them back.
FINISH_WITHIN_S = 4

Serve: TypeAlias = Callable[[Settings, argparse.Namespace], None]


class Subcommand(NamedTuple):
    """A subcommand of a module, which has ``add_arguments`` and sets or has ``run``."""

    name: str
    module: str
    help: str


SUBCOMMANDS = (
    Subcommand("user", "app.commands.user", "Add, list or change accounts."),
    Subcommand("analyze", "app.commands.analyze", "Analyze one table without a server."),
    Subcommand(
        "preview",
        "app.commands.preview",
        "Show how a table would be read, without analyzing it.",
    ),
    Subcommand("names", "app.commands.names", "Print how each name of a table or list is read."),
    Subcommand(
        "doctor",
        "app.commands.doctor.command",
        "Check the set-up, and say what to do about each problem.",
    ),
    Subcommand("ping", "app.commands.ping", "Check that events and tasks arrive."),
    Subcommand(
        "backup", "app.commands.backup.take", "Write all data into one file, while jobs run on."
    ),
    Subcommand(
        "restore",
        "app.commands.backup.put_back",
        "Put a backup back, into an empty installation or over another.",
    ),
)


def main() -> int:
    """Run the subcommand of the command line, and return the exit code."""
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    try:
        words = sys.argv[1:]
        arguments = _parser(words).parse_args(words)
        private_files.set_umask()
        if getattr(arguments, "writes_data", True):
            private_files.repair_modes(Settings.from_environment())
        run: Callable[[argparse.Namespace], None] = arguments.run
        run(arguments)
    except (CannotStartError, AnalysisError, FileError) as error:
        return _fail(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """Make the parser of a command line; only the module of its subcommand is imported."""
    parser = argparse.ArgumentParser(prog="sialoscope", description=__doc__)
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for serve in (up, web, worker, scheduler, migrate):
        text = serve.__doc__
        command = commands.add_parser(serve.__name__, help=text, description=text)
        command.set_defaults(run=_with_settings(serve))
        if serve in (up, web):
            _add_web_workers(command)
        if serve is web:  # a supervisor passes its listening sockets
            command.add_argument("--fd", type=int, action="append", help=argparse.SUPPRESS)
    chosen = next((word for word in words if not word.startswith("-")), "")
    for name, module, text in SUBCOMMANDS:
        command = commands.add_parser(name, help=text, description=text)
        if name == chosen:
            _add_module(command, module)
    return parser


def _add_module(command: argparse.ArgumentParser, name: str) -> None:
    module = import_module(name)
    command.set_defaults(run=getattr(module, "run", None))
    module.add_arguments(command)


class _Version(argparse.Action):
    """Print the version; reading it from the installed package takes as long as everything else."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from app.version import __version__

        print(f"{parser.prog} {__version__}")  # noqa: T201 - the answer
        parser.exit()


def _add_web_workers(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--web-workers",
        type=partial(whole_number, "--web-workers"),
        metavar="N",
        help="web processes on the same port (default: SIALOSCOPE_WEB_WORKERS, else 1)",
    )


def _with_settings(serve: Serve) -> Callable[[argparse.Namespace], None]:
    def run(arguments: argparse.Namespace) -> None:
        from app.observability import logs

        settings = Settings.from_environment()
        logs.set_up(settings.log_format, serve.__name__)
        web_workers = getattr(arguments, "web_workers", None) or settings.web_workers
        serve(replace(settings, web_workers=web_workers), arguments)

    return run


def up(settings: Settings, _: argparse.Namespace) -> None:
    """Start everything on this machine."""
    from app.server.supervisor import up as run

    _run(run(settings))


def web(settings: Settings, arguments: argparse.Namespace) -> None:
    """Serve the pages, the API and the streams."""
    from app.server.preflight import require_parts
    from app.server.sockets import listen, taken_over

    _run(require_parts(settings))
    if (settings.web_workers > 1 or _has_to_watch(settings)) and not arguments.fd:
        from app.server.supervisor import up_web

        _run(up_web(settings))
        return
    from app.server.web_server import serve

    serve(settings, taken_over(arguments.fd) if arguments.fd else _run(listen(settings)))


def worker(settings: Settings, _: argparse.Namespace) -> None:
    """Run tasks, a few at a time in one process."""
    from app.server.preflight import require_parts

    _run(require_parts(settings))
    if _has_to_watch(settings):
        from app.server.supervisor import watch

        _run(watch(settings, "worker"))
        return
    run_worker(settings)


def _has_to_watch(settings: Settings) -> bool:
    """Whether this process must supervise the web or worker, because nothing else does."""
    return settings.is_watched and not settings.notify_socket


def run_worker(settings: Settings, broker: str = "workers.main:broker") -> None:
    """Take tasks from a broker, named by module and variable, until SIGINT or SIGTERM."""
    from taskiq.cli.worker.args import WorkerArgs
    from taskiq.cli.worker.run import start_listen

    start_listen(
        WorkerArgs(
            broker=broker,
            modules=[],
            configure_logging=False,
            max_async_tasks=settings.tasks_per_worker,
            wait_tasks_timeout=FINISH_WITHIN_S,
        )
    )


def scheduler(settings: Settings, _: argparse.Namespace) -> None:
    """Send the tasks of due schedules."""
    from app.server.preflight import require_parts

    _run(require_parts(settings))
    if _has_to_watch(settings):
        from app.server.supervisor import watch

        _run(watch(settings, "scheduler"))
        return
    from workers.main import broker, sweeps, upkeep
    from workers.scheduler import run

    _run(run(broker, sweeps, upkeep))


def migrate(settings: Settings, _: argparse.Namespace) -> None:
    """Migrate the database to this version's schema."""
    from app.db.migrate import migrate as run
    from app.server.preflight import require_database

    _run(require_database(settings))
    _run(run())


def _run(work: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401 - whatever it returns
    import asyncio  # as long as everything that `--help` needs

    return asyncio.run(work)


def _fail(sentence: str) -> int:
    print(f"sialoscope: {sentence}", file=sys.stderr)  # noqa: T201
    return 1


if __name__ == "__main__":
    sys.exit(main())
