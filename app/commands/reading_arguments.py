"""The command line options that say how a table is read, as for ``sialoscope analyze``."""

import argparse
from collections.abc import Iterable

from app.analysis.reading.decisions import (
    AUTO,
    KNOWN_VALUES,
    SHEET_SEPARATOR,
    Question,
    ReadingChoices,
)
from app.analysis.reading.headers.columns import RECOGNISED

READING_HELP = {
    "decimal": "the decimal mark of the numbers",
    "rt_unit": "the unit of the retention times",
    "encoding": "the encoding of a text file, such as cp932",
    "marked_rows": "whether rows that the table marks as excluded are judged",
}


def add_reading_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how a table is read, where it does not say so itself."""
    parser.add_argument(
        "--column",
        action="append",
        default=[],
        type=role_and_header,
        metavar="ROLE=HEADER",
        help=f"the column of a role ({', '.join(RECOGNISED)}), if its header is not recognized",
    )
    for name, values in KNOWN_VALUES.items():
        option = f"--{name.replace('_', '-')}"
        meaning = READING_HELP[name] + " (default: auto, by the table)"
        parser.add_argument(option, choices=values, default=AUTO, help=meaning)
    _add_word_arguments(parser)


def _add_word_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options whose values are words of the table: of anchors, sheets and samples."""
    parser.add_argument(
        "--anchor-words",
        default=AUTO,
        metavar="WORDS",
        help="the words that mark an anchor, separated by semicolons",
    )
    parser.add_argument(
        "--sheet", action="append", default=[], metavar="NAME", help="a sheet of a workbook to read"
    )
    parser.add_argument(
        "--sample-role",
        action="append",
        default=[],
        type=_pair,
        metavar="SAMPLE=ROLE",
        help="what a sample is: sample, blank, qc or standard",
    )


def choices_of(arguments: argparse.Namespace) -> ReadingChoices:
    """The choices that the options of a command line make."""
    return ReadingChoices(
        columns=dict(arguments.column),
        decimal=arguments.decimal,
        rt_unit=arguments.rt_unit,
        encoding=arguments.encoding,
        sheets=tuple(arguments.sheet),
        anchor_words=arguments.anchor_words,
        marked_rows=arguments.marked_rows,
        sample_roles=dict(arguments.sample_role),
    )


def given_choices(arguments: argparse.Namespace) -> dict[str, str]:
    """The choices that were made, beside the columns, in the fields that the API has."""
    fields = {
        "decimal": arguments.decimal,
        "rt_unit": arguments.rt_unit,
        "encoding": arguments.encoding,
        "anchor_words": arguments.anchor_words,
        "marked_rows": arguments.marked_rows,
        "sheets": SHEET_SEPARATOR.join(arguments.sheet) or AUTO,
        "sample_roles": "\n".join(map("=".join, arguments.sample_role)) or AUTO,
    }
    return {name: value for name, value in fields.items() if value != AUTO}


def with_options(questions: Iterable[Question]) -> str:
    """The questions of a table, each with the options that answer it."""
    lines = ["The table can be read in more than one way. Run the command again with an option:"]
    for question in questions:
        lines.append(question.sentence)
        lines += [f"  {question.option(each.value)}: {each.meaning}" for each in question.answers]
    return "\n".join(lines)


def role_and_header(text: str) -> tuple[str, str]:
    """Read ``ROLE=HEADER``, as argparse's ``type``."""
    role, equals, header = text.partition("=")
    if not equals or role not in RECOGNISED:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not ROLE=HEADER with a role of {', '.join(RECOGNISED)}"
        )
    return role, header


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.rpartition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not SAMPLE=ROLE")
    return name, value
