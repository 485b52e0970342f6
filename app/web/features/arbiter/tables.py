"""Makes the table of both readings of two results, in a process of its own."""

import polars as pl

from app.analysis.arbiter.annotations import annotations
from app.analysis.arbiter.errors import NotOneRunError
from app.analysis.arbiter.matching import match
from app.analysis.arbiter.readings import readings
from app.analysis.reporting.result import as_read
from app.web.features.arbiter.judged_files import MOST_ROWS
from app.web.features.arbiter.orders import ReadingsOrder

MOST_OF_SAMPLE = 10_000


def both_readings(order: ReadingsOrder) -> pl.DataFrame:
    """The table of an order, by headers.

    Raises:
        NotOneRunError: The two tables are not of one run, or too large.
        FileNotFoundError: A result is gone.
    """
    first, second = (
        _annotations(path, name) for path, name in zip(order.rows, order.names, strict=True)
    )
    matched = match(first, second, order.rt_tolerance_min, order.mz_tolerance_ppm)
    return readings(matched, order.titles, order.jobs)


def _annotations(path: str, name: str) -> pl.DataFrame:
    rows = as_read(pl.scan_parquet(path))
    size = int(rows.select(pl.len()).collect().item())
    if size > MOST_ROWS:
        raise NotOneRunError(
            f"{name} has {size:,} rows, and the arbiter takes at most {MOST_ROWS:,}. "
            "Submit fewer samples at a time."
        )
    found = annotations(rows)
    most = int(found.group_by("sample").len()["len"].max())  # type: ignore[arg-type]
    if most > MOST_OF_SAMPLE:
        raise NotOneRunError(
            f"{name} has {most:,} rows in one sample, and the arbiter takes at most "
            f"{MOST_OF_SAMPLE:,}. Submit the rows with names of gangliosides alone."
        )
    return found
