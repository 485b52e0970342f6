"""``sialoscope targets``: list what to look for next in a table, without a server."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from app.analysis.pipeline import analyze
from app.analysis.targets.choice import MOST_MARGIN_MIN, USUAL_PROBABILITY, TargetChoice
from app.analysis.targets.lists import LISTS
from app.analysis.targets.target_ions import NEGATIVE, POLARITIES
from app.analysis.targets.targets import targets
from app.commands.file_errors import while_writing
from app.commands.output_folder import require_folder_of
from app.commands.reading_arguments import add_reading_arguments
from app.commands.setting_arguments import add_setting_arguments, analysis_settings
from app.commands.table_argument import add_table_argument, peaks_of

EPILOG = """\
exit codes: 0 the list is written; 1 the table cannot be used or the list cannot be written; 2 the
command line is wrong.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``sialoscope targets`` to a parser."""
    parser.set_defaults(writes_data=False)
    add_table_argument(parser)
    parser.add_argument(
        *("-o", "--output"),
        type=Path,
        metavar="OUT",
        help="where to write (default: standard output)",
    )
    parser.add_argument(
        "--format",
        choices=LISTS,
        help="the program that imports the list (default: all that is known, as CSV)",
    )
    _add_choice(parser)
    add_reading_arguments(parser)
    add_setting_arguments(parser)


def _add_choice(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--polarity",
        choices=POLARITIES,
        default=NEGATIVE,
        help=f"the polarity of the ions (default: {NEGATIVE})",
    )
    parser.add_argument(
        "--probability-from",
        type=_number(1.0),
        default=USUAL_PROBABILITY,
        metavar="NUMBER",
        help=f"leave out species with a lower probability, 0 to 1 (default: {USUAL_PROBABILITY:g})",
    )
    parser.add_argument(
        "--margin",
        type=_number(MOST_MARGIN_MIN),
        default=0.0,
        metavar="MIN",
        help="how many minutes each window of time is widened by on both sides (default: 0)",
    )


def run(arguments: argparse.Namespace) -> None:
    """Analyze a file, and write the species that it lacks.

    Raises:
        AnalysisError: the table or a setting cannot be used.
        FileError: a file cannot be read or written.
    """
    if arguments.output is None:
        sys.stdout.write(_text(arguments))
        return
    require_folder_of(arguments.output)
    text = _text(arguments)
    with while_writing(arguments.output):
        arguments.output.write_text(text, newline="")


def _text(arguments: argparse.Namespace) -> str:
    settings = analysis_settings(arguments)
    analysis = analyze(peaks_of(arguments), settings)
    found = targets(analysis.kept_model, analysis.stored)
    choice = TargetChoice(
        probability_from=arguments.probability_from,
        polarity=arguments.polarity,
        margin_min=arguments.margin,
    )
    if arguments.format is None:
        return choice.of(found).write_csv()
    return LISTS[arguments.format].text(choice.ions(found))


def _number(most: float) -> Callable[[str], float]:
    """A function that reads a number from 0 to ``most``."""

    def number(text: str) -> float:
        value = float(text)
        if not 0 <= value <= most:
            raise argparse.ArgumentTypeError(f"{text} is not from 0 to {most:g}")
        return value

    return number
