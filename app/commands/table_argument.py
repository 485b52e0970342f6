"""The peak table that a command is given: its arguments, and how it is read."""

import argparse
import logging
from pathlib import Path

import polars as pl

from app.analysis.errors import PeakTableError
from app.analysis.reading.decisions import OnNote, UndecidedError
from app.analysis.reading.peak_table import read_peak_table
from app.commands.input_file import input_file
from app.commands.reading_arguments import choices_of, with_options

logger = logging.getLogger(__name__)


def add_table_argument(parser: argparse.ArgumentParser) -> None:
    """Add the file of the table."""
    text = "CSV, TSV, XLSX, XLS, XLSB, ODS or Parquet; - reads standard input"
    parser.add_argument("file", type=Path, metavar="FILE", help=text)


def peaks_of(arguments: argparse.Namespace, on_note: OnNote = logger.info) -> pl.DataFrame:
    """Read the table; ``on_note`` receives sentences on how it was read.

    Raises:
        PeakTableError: it cannot be used, or it can be read in more than one way.
        FileError: it cannot be read.
    """
    with input_file(arguments.file) as path:
        try:
            return read_peak_table(path, choices=choices_of(arguments), on_note=on_note)
        except UndecidedError as error:
            raise PeakTableError(with_options(error.questions)) from None
