"""The help of the command explains every subcommand, option and argument in words."""

import argparse
from collections.abc import Iterator

import pytest

from app.cli import SUBCOMMANDS, _parser

SERVING = ("up", "web", "worker", "scheduler", "migrate")


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """The parser, and those of its subcommands that a person calls."""
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            shown = {each.dest for each in action._choices_actions}
            for name in shown:
                yield from parsers(action.choices[name])


@pytest.mark.parametrize("name", [*SERVING, *(each.name for each in SUBCOMMANDS)])
def test_every_option_has_a_help_text(name: str) -> None:
    for parser in parsers(_parser([name])):
        assert parser.description, parser.prog
        assert "``" not in parser.description, parser.prog
        for action in parser._actions:
            if not isinstance(action, argparse._SubParsersAction):
                assert action.help, (parser.prog, action.dest)
