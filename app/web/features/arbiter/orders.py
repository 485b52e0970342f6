"""What the process of the arbiter is asked to write, and what it answers."""

from typing import Literal

import msgspec

from app.analysis.arbiter.readings import Jobs, Titles
from app.web.features.arbiter.peak_choice import PeakChoice

CSV, XLSX = "csv", "xlsx"
Problem = Literal["", "refused", "none", "memory", "disk", "other"]


class ReadingsOrder(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Write the readings of two results (the paths of their ``rows``) to ``path`` as Parquet.

    ``names`` are those of their tables, for what is said if they are refused.
    """

    path: str
    rows: tuple[str, str]
    names: tuple[str, str]
    titles: Titles
    jobs: Jobs
    rt_tolerance_min: float
    mz_tolerance_ppm: float


class JudgedOrder(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Write the judged peaks of an arbitration, by columns of the analysis, as Parquet."""

    path: str
    table: str
    rows: str


class ListingOrder(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Write the chosen peaks of an arbitration for people, as CSV or XLSX (``kind``)."""

    path: str
    table: str
    rows: str
    choice: PeakChoice
    kind: str


class WhatHoldsOrder(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Write the table of what holds of an arbitration as Parquet."""

    path: str
    table: str
    rows: str


Order = ReadingsOrder | JudgedOrder | ListingOrder | WhatHoldsOrder


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The problem, if any; ``none`` is that the files hold no arbitration."""

    problem: Problem = ""
    text: str = ""
