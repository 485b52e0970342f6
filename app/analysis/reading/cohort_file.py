"""What is known of a file of a cohort before it is read."""

from typing import Any

import msgspec

from app.analysis.reading.decisions import ReadingChoices


class CohortFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a cohort; ``mapping`` gives the header of each role that a person chose.

    ``reading`` has what else a person chose about how it is read.
    """

    file_name: str
    bytes: int
    sha256: str
    mapping: dict[str, str] = {}
    reading: dict[str, Any] = {}

    @property
    def choices(self) -> ReadingChoices:
        """All that a person chose, with the columns."""
        return msgspec.convert({**self.reading, "columns": self.mapping}, ReadingChoices)
