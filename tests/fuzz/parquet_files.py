"""Parquet files, spoiled: columns of types no peak table has, and bytes that are damaged."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from random import Random
from typing import Any, Literal, TypeAlias

import polars as pl

from tests.fuzz.text_tables import flipped, plain_rows, torn, truncated

# A cell of each kind, from a number.
ODD_CELLS: dict[str, Any] = {
    "list": lambda number: [float(number)],
    "struct": lambda number: {"value": number, "unit": "min"},
    "binary": lambda number: bytes([number % 256, 0xFF]),
    "date": lambda number: date(2026, 1, 1) + timedelta(days=number),
    "time": lambda number: datetime(2026, 1, 1, 0, number % 60, tzinfo=UTC).time(),
    "timestamp": lambda number: datetime(2026, 1, 1, 0, number % 60, tzinfo=UTC),
    "duration": lambda number: timedelta(seconds=number),
    "decimal": lambda number: Decimal(number) / 10,
    "boolean": lambda number: number % 2 == 0,
    "huge": lambda number: 2**62 + number,
    "float": lambda number: (float("nan"), float("inf"), -1.0, 1e308)[number % 4],
    "null": lambda _: None,
    "text": lambda number: f"{number},5",
}
Compression: TypeAlias = Literal["zstd", "snappy", "gzip", "lz4", "uncompressed"]
COMPRESSIONS: tuple[Compression, ...] = ("zstd", "snappy", "gzip", "lz4", "uncompressed")


def spoiled_parquet(random: Random) -> bytes:
    """A Parquet file with a fault of one kind or another."""
    header, *rows = plain_rows(random)
    columns: dict[str, Any] = dict(zip(header, map(list, zip(*rows, strict=True)), strict=True))
    columns["RT"] = [float(cell) for cell in columns["RT"]]
    columns["Volume"] = [float(cell) for cell in columns["Volume"]]
    for name in random.sample(header, k=random.choice((0, 1, 1, 2))):
        cell = ODD_CELLS[random.choice(list(ODD_CELLS))]
        columns[name] = [cell(number) for number in range(len(rows))]
    frame = pl.DataFrame(columns)
    if random.random() < 0.2 and frame["Name"].dtype == pl.String:
        frame = frame.with_columns(pl.col("Name").cast(pl.Categorical))
    frame = frame.head(random.choice((0, 1, len(rows), len(rows), len(rows))))
    content = BytesIO()
    frame.write_parquet(content, compression=random.choice(COMPRESSIONS), row_group_size=5)
    damage = (flipped, flipped, torn, truncated, _as_it_is, _as_it_is)
    return random.choice(damage)(random, content.getvalue())


def _as_it_is(_: Random, content: bytes) -> bytes:
    return content
