"""The record of a run as lines of text, for people and for a sheet."""

from collections.abc import Iterator, Mapping
from typing import Any


def record_lines(record: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, str]]:
    """The record as pairs such as ``input.sha256`` and its value; unknown values are empty."""
    for name, value in record.items():
        if isinstance(value, Mapping):
            yield from record_lines(value, f"{within}{name}.")
        elif isinstance(value, list):
            items = {str(number): item for number, item in enumerate(value, 1)}
            yield from record_lines(items, f"{within}{name}.")
        else:
            yield f"{within}{name}", "" if value is None else str(value)
