"""The ``sialoscope`` command."""

import argparse
import gc
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import NamedTuple

from app.analysis.errors import AnalysisError
from app.commands.errors import FileError, ServerError
from app.commands.serve import add_serve_commands
from app.runtime.umask import set_umask

DESCRIPTION = """\
Check ganglioside LC-MS peak lists. 'sialoscope up' starts the server on this machine;
'sialoscope analyze FILE' checks one table without a server.
"""
INTERRUPTED = 130
# How many new objects Python lets come before it looks for garbage. Imports make hundreds of
# thousands that stay, and looking at them after each 700 takes a tenth of the start of a process.
OBJECTS_BETWEEN_COLLECTIONS = 50_000


class Subcommand(NamedTuple):
    """A subcommand of a module, which has ``add_arguments`` and sets or has ``run``.

    ``EPILOG`` of the module, if it has one, ends the help of the subcommand, line by line.
    """

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
    Subcommand(
        "targets", "app.commands.targets", "List the species that a table lacks, to look for next."
    ),
    Subcommand("flips", "app.commands.flips", "Say what would change the call of a row."),
    Subcommand("names", "app.commands.names", "Print how each name of a table or list is read."),
    Subcommand(
        "verify",
        "app.commands.verify",
        "Check a proof bundle of a run, and repeat its analysis.",
    ),
    Subcommand(
        "submit",
        "app.commands.remote.submit",
        "Analyze tables on a server, and wait for the results.",
    ),
    Subcommand(
        "queue", "app.commands.remote.queue", "Pause and resume the queue, and order jobs in it."
    ),
    Subcommand(
        "demo",
        "app.commands.demo.command",
        "Fill a server with example jobs, and say what to look at.",
    ),
    Subcommand("watch", "app.commands.remote.watch", "Show the progress of jobs on a server."),
    Subcommand(
        "doctor",
        "app.commands.doctor.command",
        "Check the set-up, and say what to do about each problem.",
    ),
    Subcommand("ping", "app.commands.ping", "Check that events and tasks arrive."),
    Subcommand(
        "backup",
        "app.commands.backup.take",
        "Back up all data to one file. Jobs may run meanwhile.",
    ),
    Subcommand(
        "restore",
        "app.commands.backup.put_back",
        "Restore a backup into an empty installation, or over existing data.",
    ),
)


def main() -> int:
    """Run the subcommand of the command line, and return the exit code."""
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    try:
        words = sys.argv[1:]
        arguments = _parser(words).parse_args(words)
        set_umask()
        if getattr(arguments, "writes_data", True):
            _repair_modes()
        run: Callable[[argparse.Namespace], None] = arguments.run
        run(arguments)
        # Python looks for garbage once more at its end, which no process needs. Objects that are
        # frozen it leaves alone.
        gc.freeze()
    except _expected_errors() as error:
        return _fail(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _repair_modes() -> None:
    from app.runtime import private_files
    from app.settings import Settings

    private_files.repair_modes(Settings.from_environment())


def _expected_errors() -> tuple[type[Exception], ...]:
    """The errors whose texts say what to do; Python asks for them only when an error is raised."""
    from app.settings import CannotStartError

    return (CannotStartError, AnalysisError, FileError, ServerError)


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """Make the parser of a command line; only the module of its subcommand is imported."""
    parser = argparse.ArgumentParser(prog="sialoscope", description=DESCRIPTION)
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add_serve_commands(commands)
    chosen = next((word for word in words if not word.startswith("-")), "")
    for name, module, text in SUBCOMMANDS:
        command = commands.add_parser(name, help=text, description=text)
        if name == chosen:
            _add_module(command, module)
    return parser


def _add_module(command: argparse.ArgumentParser, name: str) -> None:
    gc.disable()
    module = import_module(name)
    gc.freeze()  # what was imported stays, so it is no garbage
    gc.enable()
    if epilog := getattr(module, "EPILOG", ""):
        command.epilog = epilog
        command.formatter_class = argparse.RawDescriptionHelpFormatter
    command.set_defaults(run=getattr(module, "run", None))
    module.add_arguments(command)


class _Version(argparse.Action):
    """Print the version; reading it from the installed package takes as long as everything else."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from app.version import __version__

        print(f"{parser.prog} {__version__}")  # noqa: T201 - the answer
        parser.exit()


def _fail(sentence: str) -> int:
    if sentence:  # otherwise another process has printed one
        print(f"sialoscope: {sentence}", file=sys.stderr)  # noqa: T201
    return 1


if __name__ == "__main__":
    sys.exit(main())
