"""``sialoscope flips``: say what would change the call of a row of a table, without a server."""

import argparse
import sys

from app.analysis.errors import PeakTableError
from app.analysis.flips.answer import answer
from app.analysis.flips.fitted_table import FittedTable
from app.commands.reading_arguments import add_reading_arguments
from app.commands.setting_arguments import add_setting_arguments, analysis_settings
from app.commands.table_argument import add_table_argument, peaks_of

EPILOG = """\
exit codes: 0 the answer is written; 1 the table or the row cannot be used; 2 the command line is
wrong.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``sialoscope flips`` to a parser."""
    parser.set_defaults(writes_data=False)
    add_table_argument(parser)
    parser.add_argument("row", type=int, metavar="ROW", help="the number of the row, from 1")
    add_reading_arguments(parser)
    add_setting_arguments(parser)


def run(arguments: argparse.Namespace) -> None:
    """Analyze a file, and write what would change a row, a sentence a line.

    Raises:
        AnalysisError: the table, the row or a setting cannot be used.
        FileError: the file cannot be read.
    """
    settings = analysis_settings(arguments)
    peaks = peaks_of(arguments)
    if not 1 <= arguments.row <= peaks.height:
        raise PeakTableError(f"There is no row {arguments.row}; the table has {peaks.height:,}.")
    found = answer(FittedTable.of(peaks, settings), arguments.row)
    lines = [flip.sentence for flip in found.flips] or [found.sentence]
    sys.stdout.write("".join(f"{line}\n" for line in lines))
