"""The files of the arbiter are made in a process with limits, and its problems are sentences."""

import asyncio
from pathlib import Path

import polars as pl
import pytest

from app.analysis.arbiter.errors import NotOneRunError
from app.analysis.arbiter.readings import Jobs, Titles
from app.analysis.example.example_table import example_table
from app.analysis.pipeline import analyze
from app.analysis.settings import AnalysisSettings
from app.db.jobs.errors import JobConflictError
from app.runtime.places import NoPlaceError, Places, open_locks
from app.storage import Folder
from app.web.features.arbiter.file_maker import ArbiterFiles
from app.web.features.arbiter.judged_files import MOST_ROWS
from app.web.features.arbiter.orders import ReadingsOrder, WhatHoldsOrder
from app.web.http.faults.errors import CannotMakeError
from tests.perf.accuracy import read_table

ENOUGH = 4 << 30


def maker(folder: Path, memory_bytes: int = ENOUGH) -> ArbiterFiles:
    places = Places("exports", open_locks(folder), in_all=1, of_user=1)
    return ArbiterFiles(storage=Folder(folder), places=places, memory_bytes=memory_bytes)


def readings_of(files: ArbiterFiles, rows: Path) -> pl.DataFrame:
    def order(path: str) -> ReadingsOrder:
        return ReadingsOrder(
            path=path,
            rows=(str(rows), str(rows)),
            names=("a.csv", "b.csv"),
            titles=Titles("A", "B"),
            jobs=Jobs("one", "other"),
            rt_tolerance_min=0.1,
            mz_tolerance_ppm=10.0,
        )

    with asyncio.run(files.made(order, user="ann")) as file:
        return pl.read_parquet(file)


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("result") / "rows.parquet"
    analyze(read_table(example_table()), AnalysisSettings()).stored.write_parquet(path)
    return path


def test_rows_are_matched_in_a_process(tmp_path: Path, rows: Path) -> None:
    table = readings_of(maker(tmp_path), rows)

    assert table.height == 2 * example_table().height
    assert not list((tmp_path / "exports").iterdir())


def test_a_process_with_too_little_memory_is_explained(tmp_path: Path, rows: Path) -> None:
    with pytest.raises(CannotMakeError, match="more memory") as found:
        readings_of(maker(tmp_path, memory_bytes=64 << 20), rows)

    assert found.value.status == 507
    assert readings_of(maker(tmp_path), rows).height  # the place is free again


def test_files_take_the_places_of_exports(tmp_path: Path, rows: Path) -> None:
    files = maker(tmp_path)
    give_back = asyncio.run(files.places.take("ann"))

    with pytest.raises(NoPlaceError):
        readings_of(files, rows)
    give_back()


def test_too_many_rows_are_refused_by_the_name_of_their_table(tmp_path: Path, rows: Path) -> None:
    many = tmp_path / "many.parquet"
    table = pl.read_parquet(rows)
    pl.concat([table] * (MOST_ROWS // table.height + 1)).write_parquet(many)

    with pytest.raises(NotOneRunError, match=r"a\.csv has .* at most 50,000"):
        readings_of(maker(tmp_path), many)


def test_files_without_an_arbitration_are_a_conflict(tmp_path: Path, rows: Path) -> None:
    def order(path: str) -> WhatHoldsOrder:
        return WhatHoldsOrder(path=path, table=str(rows), rows=str(rows))

    with pytest.raises(JobConflictError, match="compares no programs"):
        asyncio.run(maker(tmp_path).made(order, user="ann"))
