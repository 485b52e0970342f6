"""One row of the table of settings: a variable of the environment and the field that it fills."""

from collections.abc import Mapping
from dataclasses import MISSING, field
from typing import Any, NamedTuple

from app.settings.kinds import Kind

VARIABLE = "variable"


class Variable(NamedTuple):
    """A variable: how its text is read, what it is for, and its default as text.

    An empty default is explained in the meaning. The ``other_name`` counts if the name is not set.
    """

    name: str
    kind: Kind
    meaning: str
    default: str
    other_name: str

    def value_in(self, environment: Mapping[str, str]) -> Any:  # noqa: ANN401 - of any kind
        """Return the value in an environment; ``MISSING`` if the variable is not set there.

        Raises:
            SettingError: The text is not valid.
        """
        for name in filter(None, (self.name, self.other_name)):
            if name in environment:
                return self.kind(name, environment[name])
        return MISSING


def setting(
    name: str,
    kind: Kind,
    meaning: str,
    *,
    default: str = "",
    unset: Any = "",  # noqa: ANN401 - of any kind
    secret: bool = False,
    other_name: str = "",
) -> Any:  # noqa: ANN401 - what dataclasses make a field of
    """Declare a field that is read from a variable.

    Without a ``default``, the field has the value ``unset``. A ``secret`` is not printed.
    """
    return field(
        default=kind(name, default) if default else unset,
        repr=not secret,
        metadata={VARIABLE: Variable(name, kind, meaning, default, other_name)},
    )
