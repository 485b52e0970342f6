"""``sialoscope analyze``: analyze one table and write its calls, without a server."""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from app.analysis.counted import percent
from app.analysis.library.law import RetentionLaw
from app.analysis.pipeline import analyze
from app.analysis.reporting.formats.format import Run
from app.analysis.reporting.result import Analysis
from app.analysis.rules import RULES
from app.analysis.settings import AnalysisSettings
from app.analysis.state.data_warning import IMPORT, DataWarning
from app.commands.analysis_output import (
    STANDARD_OUTPUT,
    add_output_arguments,
    format_of,
    write,
)
from app.commands.file_errors import while_reading
from app.commands.output_folder import require_folder_of
from app.commands.reading_arguments import add_reading_arguments
from app.commands.setting_arguments import add_setting_arguments, analysis_settings
from app.commands.table_argument import add_table_argument, peaks_of
from app.runtime.late_modules import load_masked_arrays_late

EPILOG = """\
exit codes: 0 every row has a call; 1 the table cannot be used or the calls cannot be written;
2 the command line is wrong; 130 interrupted. Messages go to standard error.
"""
# Progress steps in addition to the rules: reading and writing.
OTHER_STEPS = 2
# Of more rows, a warning shows the first ones.
MOST_ROWS = 10

Report = Callable[[str], None]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``sialoscope analyze`` to a parser."""
    parser.set_defaults(writes_data=False)
    add_table_argument(parser)
    add_output_arguments(parser)
    add_reading_arguments(parser)
    add_setting_arguments(parser)
    parser.add_argument(
        "--library",
        type=Path,
        metavar="FILE",
        help="the exported retention library of the method (.sialolib): its newest version is the "
        "prior of the retention model",
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="print only errors")


def run(arguments: argparse.Namespace) -> None:
    """Analyze a file and write its calls.

    Raises:
        AnalysisError: the table or a setting cannot be used.
        FileError: a file cannot be read or written.
    """
    load_masked_arrays_late()
    kind = format_of(arguments)
    if arguments.output != STANDARD_OUTPUT:
        require_folder_of(arguments.output)
    settings = analysis_settings(arguments)
    with _progress(is_shown=sys.stderr.isatty() and not arguments.quiet) as report:
        analysis = _analyze(arguments, settings, report)
        report("Writing")
        write(Run(analysis), kind, arguments.output)
    if not arguments.quiet:
        _summarize(analysis)


def _analyze(arguments: argparse.Namespace, settings: AnalysisSettings, report: Report) -> Analysis:
    report(f"Reading {arguments.file.name}")
    notes: list[str] = []
    peaks = peaks_of(arguments, on_note=notes.append)
    analysis = analyze(
        peaks,
        settings,
        lambda rule: report(f"Rule {rule.number}: {rule.title}"),
        library=_library(arguments.library),
    )
    return analysis.with_notes(notes)


def _library(path: Path | None) -> RetentionLaw | None:
    """The law of the newest version of a library.

    Raises:
        LibraryFileError: the file is no library, or was changed after it was signed.
        FileError: the file cannot be read.
    """
    if path is None:
        return None
    with while_reading(path):
        content = path.read_bytes()
    # The signature needs a library that takes long to import.
    from app.analysis.library.kept_law import decode_law
    from app.proof.library_file import read_library

    library, _ = read_library(content)
    return decode_law(library.versions[-1].law)


@contextmanager
def _progress(*, is_shown: bool) -> Iterator[Report]:
    """Show a progress bar on a terminal; yield the function that reports the next step."""
    if not is_shown:
        yield lambda _: None
        return
    # Rich takes as long to import as a small table takes to read.
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=len(RULES) + OTHER_STEPS)
        yield lambda step: bar.update(task, description=step, advance=1)


def _rows_of(warning: DataWarning) -> str:
    """The numbers of the first rows that a warning is about, in brackets."""
    if not warning.rows:
        return ""
    numbers = ", ".join(map(str, warning.rows[:MOST_ROWS]))
    return f" (Rows {numbers}{', …' if len(warning.rows) > MOST_ROWS else ''})"


def _expected_wrong(rate: float | None) -> str:
    """How many true rows are expected to have a wrong label, as the page of a result says it."""
    if rate is None:
        return "Too few rows are true to estimate how many of them have a wrong label."
    return f"Of the true rows, about {percent(rate, 1)} are expected to have a wrong label."


def _summarize(analysis: Analysis) -> None:
    found = analysis.counts()
    counts = ", ".join(f"{number:,} {call}" for call, number in found.items())
    lines = [f"{analysis.rows.height:,} rows: {counts}."]
    lines += [_expected_wrong(analysis.false_discovery_rate)] if found["true"] else []
    lines += [
        f"{'Note' if warning.code == IMPORT else 'Warning'}: {warning.message}{_rows_of(warning)}"
        for warning in analysis.warnings
    ]
    sys.stderr.write("\n".join((*lines, "")))
