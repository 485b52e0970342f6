"""The malformed tables of a campaign: the same ones for the same seed."""

from collections.abc import Callable, Iterator
from random import Random
from typing import NamedTuple

from tests.fuzz.parquet_files import spoiled_parquet
from tests.fuzz.text_tables import spoiled_text
from tests.fuzz.workbooks import spoiled_workbook

MAKERS: dict[str, Callable[[Random], bytes]] = {
    "csv": spoiled_text,
    "tsv": spoiled_text,
    "txt": spoiled_text,
    "xlsx": spoiled_workbook,
    "parquet": spoiled_parquet,
}
OTHER_NAMES = (
    "peaks",
    "peaks.exe",
    "../../peaks.csv",
    "päaks \U0001f9e0.xlsx",
    'a"b\r\nX-Evil: 1.csv',
)


class Malformed(NamedTuple):
    """A file as it is uploaded; ``number`` tells it apart within its campaign."""

    number: int
    name: str
    content: bytes


def malformed_tables(count: int, *, seed: int) -> Iterator[Malformed]:
    """So many files over every format, each from its own seed; one of twenty has another name."""
    for number in range(count):
        random = Random(f"{seed}.{number}")
        suffix = list(MAKERS)[number % len(MAKERS)]
        content = MAKERS[suffix](random)
        name = f"{number}.{suffix}" if random.random() < 0.95 else random.choice(OTHER_NAMES)
        yield Malformed(number, name, content or b" ")
