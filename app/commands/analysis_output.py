"""Where ``sialoscope analyze`` writes the calls, and in which format."""

import argparse
import os
import sys
from io import BytesIO
from pathlib import Path
from secrets import token_hex

from app.analysis.reporting.formats import FORMATS as EXPORT_FORMATS
from app.analysis.reporting.formats.format import ExportFormat, Run
from app.commands.errors import FileError
from app.commands.file_errors import while_writing

# The formats that need no record of a job, by name and by suffix.
FORMATS = {
    each.name: each
    for each in sorted(EXPORT_FORMATS, key=lambda each: each.name)
    if not each.needs_record
}
BY_SUFFIX = {each.suffix: each for each in FORMATS.values()}
STANDARD_OUTPUT = Path("-")


def add_output_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments on the output to a parser."""
    parser.add_argument(
        *("-o", "--output"),
        type=Path,
        default=STANDARD_OUTPUT,
        metavar="OUT",
        help="where to write; the suffix selects the format (default: CSV to standard output)",
    )
    parser.add_argument(
        "--format", choices=FORMATS, help="the format, if the suffix of OUT is none of these"
    )


def format_of(arguments: argparse.Namespace) -> ExportFormat:
    """The chosen format, or the one whose suffix the output has.

    Raises:
        FileError: no format has this suffix.
    """
    if arguments.format:
        return FORMATS[arguments.format]
    if arguments.output == STANDARD_OUTPUT:
        return FORMATS["csv"]
    suffix = arguments.output.suffix.removeprefix(".").lower()
    if suffix not in BY_SUFFIX:
        raise FileError(
            f"The suffix of {arguments.output} is not that of a format. Use "
            f"{', '.join(f'.{known}' for known in BY_SUFFIX)}, or give --format."
        )
    return BY_SUFFIX[suffix]


def write(run: Run, kind: ExportFormat, output: Path) -> None:
    """Write the calls of a run; a file appears once it is whole.

    Raises:
        FileError: the file cannot be written.
    """
    if output == STANDARD_OUTPUT:
        _write_to_standard_output(run, kind)
        return
    partial = output.with_name(f".{output.name}.{token_hex(8)}")
    with while_writing(output):
        try:
            with partial.open("xb") as file:  # never follow a link that somebody placed there
                kind.write(run, file)
            partial.replace(output)
        finally:
            partial.unlink(missing_ok=True)


def _write_to_standard_output(run: Run, kind: ExportFormat) -> None:
    content = BytesIO()
    kind.write(run, content)
    try:
        sys.stdout.buffer.write(content.getbuffer())
        sys.stdout.buffer.flush()
    except BrokenPipeError:  # the reader, such as head, needs no more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
