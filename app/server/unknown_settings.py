"""Finds variables that look like settings and are none, such as SIALOSCOPE_ACCOUNT."""

import logging
import os
from collections.abc import Mapping, MutableMapping

from app.runtime.near_names import nearest
from app.settings import variables

OURS = "SIALOSCOPE_"
# A variable of the client, which may share an environment with the server.
OF_CLIENT = {"SIALOSCOPE_URL"}

logger = logging.getLogger("sialoscope.settings")


def known_settings() -> set[str]:
    """The names of all settings that start with SIALOSCOPE_."""
    return {each.name for each in variables().values() if each.name.startswith(OURS)}


def unknown_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """Each unknown variable that starts with SIALOSCOPE_, and the setting that is nearest to it.

    The nearest is empty if no setting is like it.
    """
    known = known_settings() | OF_CLIENT
    strange = sorted({name for name in environment if name.startswith(OURS)} - known)
    return {name: nearest(name, known) for name in strange}


def forget_unknown_settings(environment: MutableMapping[str, str] = os.environ) -> None:
    """Log a warning for each unknown variable: the setting that was meant keeps its default.

    The variable is removed, so that the processes which this one starts do not say it again.
    """
    for name, near in unknown_settings(environment).items():
        advice = f"Rename it to {near}, or unset it." if near else "Unset it."
        logger.warning("There is no setting %s, so it changes nothing. %s", name, advice)
        del environment[name]
