"""``sialoscope names``: print how each name of a table or list is read, without a server."""

import argparse
import json
import sys
from pathlib import Path

import polars as pl

from app.analysis.errors import PeakTableError
from app.analysis.names.name_table import parse_names
from app.analysis.reading.decisions import Findings
from app.analysis.reading.name_list import names_in
from app.analysis.reporting.formats.formula_escape import escape_formulas
from app.commands.input_file import input_file
from app.commands.reading_arguments import add_reading_arguments, choices_of, with_options

EPILOG = """\
exit codes: 0 every name is that of a species or a standard; 1 the file cannot be used, or a name
cannot be read; 2 the command line is wrong. Messages go to standard error.
"""
COMPOSITION = (
    *("hex", "hexnac", "neuac", "neugc", "kdn", "dhex", "oacetyl", "sulfo"),
    *("carbons", "double_bonds", "hydroxyls"),
)
COLUMNS = (
    *("name", "rows", "species", "molecular_name", "shorthand_name", *COMPOSITION),
    *("is_standard", "isotope_label", "name_warning", "name_problem"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``sialoscope names`` to a parser."""
    parser.set_defaults(writes_data=False)
    parser.add_argument(
        "file",
        type=Path,
        metavar="FILE",
        help="a peak table, or a text file with one name a line; - reads standard input",
    )
    add_reading_arguments(parser)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print an array of objects")
    form.add_argument("--csv", action="store_true", help="print a table with a header")


def run(arguments: argparse.Namespace) -> None:
    """Print how each different name is read.

    Raises:
        AnalysisError: the file cannot be used, or it can be read in more than one way.
        FileError: the file cannot be read.
        SystemExit: with code 1 if a name cannot be read.
    """
    findings = Findings()
    with input_file(arguments.file) as path:
        names = names_in(path, choices_of(arguments), findings)
    if findings.questions:
        raise PeakTableError(with_options(findings.questions))
    for note in findings.notes():
        print(note, file=sys.stderr)  # noqa: T201
    readings = parse_names(list(names)).with_columns(rows=pl.Series(list(names.values())))
    readings = readings.select(COLUMNS)
    print(_written(readings, arguments))  # noqa: T201 - the answer
    unread = readings.filter(pl.col("name_problem").is_not_null() & ~pl.col("is_standard")).height
    print(_summary(readings, unread), file=sys.stderr)  # noqa: T201
    if unread:
        raise SystemExit(1)


def _written(readings: pl.DataFrame, arguments: argparse.Namespace) -> str:
    if arguments.json:
        return json.dumps(readings.to_dicts(), indent=1)
    if arguments.csv:
        return escape_formulas(readings).write_csv().removesuffix("\n")
    return "\n".join(_line(reading) for reading in readings.to_dicts())


def _line(reading: dict[str, str | None]) -> str:
    """A name and how it is read, in one line."""
    if reading["name_problem"]:
        return f"{reading['name']}: {reading['name_problem']}"
    chains = f", chains {reading['molecular_name']}" if reading["molecular_name"] else ""
    warning = f" Check: {reading['name_warning']}" if reading["name_warning"] else ""
    return f"{reading['name']}: {reading['species']}{chains}.{warning}"


def _summary(readings: pl.DataFrame, unread: int) -> str:
    species = readings["species"].count()
    standards = int(readings["is_standard"].sum())
    checked = readings["name_warning"].count()
    return (
        f"{readings.height:,} different names: {species:,} are read as species, {checked:,} of "
        f"them to be checked; {standards:,} are standards; {unread:,} cannot be read."
    )
