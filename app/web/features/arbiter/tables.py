"""Makes the tables that the arbiter submits: the readings of two results, and what holds."""

import io
import re
from pathlib import PurePath

import polars as pl

from app.analysis.arbiter.annotations import annotations
from app.analysis.arbiter.errors import NotOneRunError
from app.analysis.arbiter.matching import match
from app.analysis.arbiter.readings import HEADERS, Jobs, Titles, readings
from app.analysis.arbiter.what_holds import what_holds
from app.analysis.reading.decisions import ReadingChoices
from app.analysis.settings import AnalysisSettings
from app.db.jobs.settings import settings_and_choices
from app.db.jobs.tables import Job
from app.storage import Folder
from app.web.features.arbiter.arbitration import SUFFIX, Arbitration
from app.web.features.results.rows import result_of

# Larger tables would hold up the web process.
MOST_ROWS, MOST_OF_SAMPLE = 100_000, 10_000
LONGEST_TITLE = 60
# The roles of the columns, which the reading need not guess.
ROLES = {"rt_min": "rt", "peak_area": "volume", "evidence_level": "evidence"}
CHOICES = ReadingChoices(
    columns={ROLES.get(name, name): header for name, header in HEADERS.items()} | {"log_p": ""},
    decimal="point",
    rt_unit="min",
)


def titles_of(one: Job, other: Job, first: str, second: str) -> Titles:
    """What the programs are called: as somebody wrote, else by the names of their tables."""
    titles = [
        _title(written) or _title(PurePath(job.file_name).stem)
        for job, written in ((one, first), (other, second))
    ]
    if titles[0] == titles[1]:
        titles = [f"{titles[0]} (first)", f"{titles[1]} (second)"]
    return Titles(*titles)


def _title(written: str) -> str:
    """A title that can stand in the name of a file."""
    shown = "".join(each if each.isprintable() else " " for each in written)
    return " ".join(re.sub(r"[/\\]", "-", shown).split())[:LONGEST_TITLE]


def settings_of(job: Job) -> AnalysisSettings:
    """The settings of a job, for a table that is made of it."""
    return AnalysisSettings(**settings_and_choices(job)[0])


def readings_file(one: Job, other: Job, titles: Titles, storage: Folder) -> bytes:
    """The table of both readings of two results, as Parquet.

    Raises:
        JobConflictError: One has no result.
        NotOneRunError: They are not tables of one run, or too large.
    """
    settings = settings_of(one)
    first, second = (_annotations(job, storage) for job in (one, other))
    matched = match(first, second, settings.rt_tolerance_min, settings.mz_tolerance_ppm)
    return _parquet(readings(matched, titles, Jobs(one.id, other.id)))


def readings_name(titles: Titles) -> str:
    """The name of the file of both readings."""
    return f"{titles.first} and {titles.second}{SUFFIX}"


def what_holds_file(arbitration: Arbitration) -> bytes:
    """The table of what holds, as Parquet."""
    return _parquet(what_holds(arbitration.table, arbitration.judged, arbitration.titles))


def what_holds_name(arbitration: Arbitration) -> str:
    """The name of the file of what holds."""
    titles = arbitration.titles
    return f"{titles.first} and {titles.second}, what holds.parquet"


def _annotations(job: Job, storage: Folder) -> pl.DataFrame:
    result = result_of(job, storage)
    rows = result.rows()
    size = int(rows.select(pl.len()).collect().item())
    if size > MOST_ROWS:
        raise NotOneRunError(
            f"{job.file_name} has {size:,} rows, and the arbiter takes at most {MOST_ROWS:,}. "
            "Submit fewer samples at a time."
        )
    found = annotations(rows)
    most = int(found.group_by("sample").len()["len"].max())  # type: ignore[arg-type]
    if most > MOST_OF_SAMPLE:
        raise NotOneRunError(
            f"{job.file_name} has {most:,} rows in one sample, and the arbiter takes at most "
            f"{MOST_OF_SAMPLE:,}. Submit the rows with names of gangliosides alone."
        )
    return found


def _parquet(table: pl.DataFrame) -> bytes:
    file = io.BytesIO()
    table.write_parquet(file)
    return file.getvalue()
