"""The ``sialoscope`` command."""

import argparse
import asyncio
import logging
import sys
from collections.abc import Callable

from app import analyze_file
from app.analysis.errors import AnalysisError
from app.settings import CannotStartError, Settings

LOG_FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
INTERRUPTED = 130
# A worker that is told to stop lets its jobs run on for so long, then hands them back.
FINISH_WITHIN_S = 4


def main() -> int:
    """Run the subcommand the command line names; the code is for ``sys.exit``."""
    arguments = _parser().parse_args()
    try:
        run: Callable[[argparse.Namespace], None] = arguments.run
        run(arguments)
    except (CannotStartError, AnalysisError, analyze_file.FileError) as error:
        return _say(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sialoscope", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for serve in (up, web, worker, scheduler, migrate):
        text = serve.__doc__
        command = commands.add_parser(serve.__name__, help=text, description=text)
        command.set_defaults(run=_by_environment(serve))
    text = "Analyze one table without a server."
    command = commands.add_parser("analyze", help=text, description=text)
    analyze_file.add_arguments(command)
    command.set_defaults(run=analyze_file.run)
    return parser


def _by_environment(serve: Callable[[Settings], None]) -> Callable[[argparse.Namespace], None]:
    def run(_: argparse.Namespace) -> None:
        logging.basicConfig(level=logging.INFO, format=LOG_FORMAT, stream=sys.stderr)
        for chatty in ("piccolo", "taskiq"):
            logging.getLogger(chatty).setLevel(logging.WARNING)
        serve(Settings.from_environment())

    return run


def up(settings: Settings) -> None:
    """Start everything on this machine."""
    from app.supervisor import up as run

    asyncio.run(run(settings))


def web(settings: Settings) -> None:
    """Serve the pages, the API and the streams."""
    import uvicorn

    from app.preflight import require_parts

    asyncio.run(require_parts(settings))
    uvicorn.run(
        "app.main:create_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=2,
    )


def worker(settings: Settings) -> None:
    """Run tasks, one process with a few at a time."""
    from taskiq.cli.worker.args import WorkerArgs
    from taskiq.cli.worker.run import start_listen

    from app.preflight import require_parts

    asyncio.run(require_parts(settings))
    start_listen(
        WorkerArgs(
            broker="workers.main:broker",
            modules=[],
            configure_logging=False,
            max_async_tasks=settings.tasks_per_worker,
            wait_tasks_timeout=FINISH_WITHIN_S,
        )
    )


def scheduler(settings: Settings) -> None:
    """Send the tasks that are due by the clock."""
    from taskiq.cli.scheduler.args import SchedulerArgs
    from taskiq.cli.scheduler.run import run_scheduler

    from app.preflight import require_parts

    asyncio.run(require_parts(settings))
    asyncio.run(
        run_scheduler(SchedulerArgs("workers.main:scheduler", modules=[], configure_logging=False))
    )


def migrate(settings: Settings) -> None:
    """Bring the database to this version's schema."""
    from app.db.migrate import migrate as run
    from app.preflight import require_database

    asyncio.run(require_database(settings))
    asyncio.run(run())


def _say(sentence: str) -> int:
    print(f"sialoscope: {sentence}", file=sys.stderr)  # noqa: T201
    return 1


if __name__ == "__main__":
    sys.exit(main())
