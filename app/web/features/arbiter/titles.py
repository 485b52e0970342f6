"""What two programs are called, and the names of the files that are made of their tables."""

import re
from pathlib import PurePath

from app.analysis.arbiter.readings import Titles
from app.db.jobs.tables import Job

LONGEST_TITLE = 60


def titles_of(one: Job, other: Job, first: str, second: str) -> Titles:
    """What the programs are called: as somebody wrote, else by the names of their tables."""
    titles = [
        _title(written) or _title(PurePath(job.file_name).stem)
        for job, written in ((one, first), (other, second))
    ]
    if titles[0] == titles[1]:
        titles = [f"{titles[0]} (first)", f"{titles[1]} (second)"]
    return Titles(*titles)


def readings_name(titles: Titles) -> str:
    """The name of the file of both readings."""
    return f"{titles.first} and {titles.second}.arbiter.parquet"


def what_holds_name(titles: Titles) -> str:
    """The name of the file of what holds."""
    return f"{titles.first} and {titles.second}, what holds.parquet"


def _title(written: str) -> str:
    """A title that can stand in the name of a file."""
    shown = "".join(each if each.isprintable() else " " for each in written)
    return " ".join(re.sub(r"[/\\]", "-", shown).split())[:LONGEST_TITLE]
