"""Compile a regular expression when it is first used."""

import re
from functools import cached_property


class LatePattern:
    """A regular expression for texts that few tables have.

    To compile it can take a millisecond, and a command does so at each start.
    """

    def __init__(self, pattern: str, flags: re.RegexFlag = re.NOFLAG) -> None:
        self._pattern, self._flags = pattern, flags

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The expression, compiled at the first use."""
        return re.compile(self._pattern, self._flags)
