"""``sialoscope preview``: show how a table would be read, without analyzing it."""

import argparse

import msgspec
from rich.console import Console

from app.analysis.errors import PeakTableError
from app.analysis.reading.preview import Preview, preview
from app.commands.input_file import input_file
from app.commands.reading_arguments import add_reading_arguments, choices_of, with_options
from app.commands.table_argument import add_table_argument

EPILOG = """\
exit codes: 0 the table can be analyzed as shown; 1 it cannot, or it has a question to answer;
2 the command line is wrong.
"""
NEEDS_ANSWERS = "Answer the questions above with an option, and run the command again."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``sialoscope preview`` to a parser."""
    parser.set_defaults(writes_data=False)
    add_table_argument(parser)
    add_reading_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print the preview as JSON")


def run(arguments: argparse.Namespace) -> None:
    """Print the preview of a file.

    Raises:
        PeakTableError: the table cannot be analyzed as it is.
        FileError: the file cannot be read.
    """
    with input_file(arguments.file) as path:
        found = preview(path, choices_of(arguments))
    console = Console(highlight=False, markup=False, soft_wrap=True)
    if arguments.json:
        console.out(msgspec.json.encode(found).decode())
    else:
        _print(found, console)
    if found.questions:
        raise PeakTableError(NEEDS_ANSWERS)
    if found.refusal:
        raise PeakTableError(found.refusal)


def _print(found: Preview, console: Console) -> None:
    if found.header:
        console.print(f"Read as {found.source}: {found.rows:,} rows.")
    for role, header in found.roles.items():
        console.print(f"  {role}: {header}")
    if found.understood:
        console.print(found.understood.sentence)
        if found.understood.unread_names:
            console.print(f"Not read: {', '.join(map(repr, found.understood.unread_names))}")
    for decision in found.decisions:
        console.print(f"{decision.subject} = {decision.value}: {decision.evidence}")
    for sentence in (*found.notes, *found.warnings):
        console.print(f"- {sentence}")
    if found.questions:
        console.print(with_options(found.questions))
