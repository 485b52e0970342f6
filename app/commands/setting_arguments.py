"""The command line options of an analysis's settings."""

import argparse
from typing import Any

from app.analysis.settings import BOUNDS, DATA_TYPES, DEFAULT_SETTINGS, AnalysisSettings


def add_setting_arguments(parser: argparse.ArgumentParser) -> None:
    """Add an option for each setting; one that is not given is None."""
    for bound in BOUNDS:
        parser.add_argument(
            f"--{bound.name.replace('_', '-')}",
            type=float,
            metavar=bound.unit.upper() or "NUMBER",
            help=f"{bound.meaning} {bound.low:g} to {bound.high:g} (default: {bound.default:g})",
        )
    usual = DEFAULT_SETTINGS.data_type
    text = f"the source of the samples, kept with the result (default: {usual})"
    parser.add_argument("--data-type", choices=DATA_TYPES, help=text)


def given_settings(arguments: argparse.Namespace) -> dict[str, Any]:
    """The settings that were given, under the names that the API has."""
    names = (*(bound.name for bound in BOUNDS), "data_type")
    given = {name: getattr(arguments, name) for name in names}
    return {name: value for name, value in given.items() if value is not None}


def analysis_settings(arguments: argparse.Namespace) -> AnalysisSettings:
    """The settings as the analysis takes them; those that were not given have their defaults.

    Raises:
        SettingsError: a setting is out of its range.
    """
    fields = {bound.name: bound.field for bound in BOUNDS}
    given = given_settings(arguments)
    return AnalysisSettings(**{fields.get(name, name): value for name, value in given.items()})
