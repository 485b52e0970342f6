"""An arbitration is judged once, in a process; files that hold none are refused before that."""

import asyncio
import json
from pathlib import Path
from uuid import uuid4

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from app.analysis.arbiter.matching import match
from app.analysis.arbiter.readings import PEAK, READING, ROWS, SECOND, Jobs, Titles, readings
from app.analysis.pipeline import analyze
from app.analysis.settings import AnalysisSettings
from app.db.jobs.contents.settings import kept_settings
from app.db.jobs.errors import JobConflictError
from app.db.jobs.tables import Job
from app.runtime.fair_threads import FairThreads
from app.runtime.places import NoPlaceError
from app.storage import Folder
from app.web.features.arbiter.arbitration import NONE, files_of_arbitration
from app.web.features.arbiter.judged_files import judge_files, programs_in
from app.web.features.arbiter.judged_peaks import JudgedPeaks
from app.web.http.faults.errors import CannotMakeError
from tests.perf.accuracy import read_table
from tests.perf.arbiter import annotations_of
from tests.simulator import Variation, simulate
from tests.unit.web.test_arbiter_files import maker

TITLES = Titles("A", "B")


@pytest.fixture(scope="module")
def table() -> pl.DataFrame:
    simulated = simulate(Variation(seed=3)).table.select("Name", "RT", "Volume", "Anchor")
    rows = annotations_of(simulated.head(120))
    return readings(match(rows, rows, 0.1, 10.0), TITLES, Jobs("one", "other"))


@pytest.fixture(scope="module")
def rows(table: pl.DataFrame) -> pl.DataFrame:
    return analyze(read_table(table), AnalysisSettings()).stored


def written(folder: Path, table: pl.DataFrame, rows: pl.DataFrame) -> tuple[Path, Path]:
    paths = folder / "table.parquet", folder / "rows.parquet"
    for path, frame in zip(paths, (table, rows), strict=True):
        frame.write_parquet(path)
    return paths


def test_the_files_of_an_arbitration_are_judged(
    tmp_path: Path, table: pl.DataFrame, rows: pl.DataFrame
) -> None:
    paths = written(tmp_path, table, rows)

    found = judge_files(*paths)

    assert found is not None
    assert found.titles == TITLES
    assert found.judged.height == table.height // 2
    assert programs_in(paths[0]) == (TITLES, Jobs("one", "other"))


def test_a_process_judges_a_result_once_and_the_web_reads_what_it_kept(
    tmp_path: Path, table: pl.DataFrame, rows: pl.DataFrame
) -> None:
    job, (stored_table, stored_rows) = _stored(tmp_path, table, rows)
    peaks = JudgedPeaks(files=maker(tmp_path), threads=FairThreads())

    found = asyncio.run(peaks.of(job, user="ann"))

    expected = judge_files(stored_table, stored_rows)
    assert expected is not None
    assert_frame_equal(found.peaks, expected.judged)
    assert (found.titles, found.jobs) == (TITLES, Jobs("one", "other"))
    (kept,) = (tmp_path / "exports" / job.id).rglob("*.judged.parquet")
    give_back = asyncio.run(peaks.files.places.take("ann"))
    assert asyncio.run(peaks.of(job, user="ann")).peaks.equals(found.peaks)  # takes no place
    kept.unlink()
    with pytest.raises(NoPlaceError):
        asyncio.run(peaks.of(job, user="ann"))
    give_back()


def test_a_result_that_needs_too_much_memory_to_be_judged_says_so(
    tmp_path: Path, table: pl.DataFrame, rows: pl.DataFrame
) -> None:
    job, _ = _stored(tmp_path, table, rows)
    peaks = JudgedPeaks(files=maker(tmp_path, memory_bytes=64 << 20), threads=FairThreads())

    with pytest.raises(CannotMakeError, match="more memory"):
        asyncio.run(peaks.of(job, user="ann"))


def _stored(folder: Path, table: pl.DataFrame, rows: pl.DataFrame) -> tuple[Job, tuple[Path, Path]]:
    """An arbitration whose table and result are in the storage, and the paths of both."""
    (folder / "uploads").mkdir()
    (folder / "results/a/1").mkdir(parents=True)
    paths = folder / "uploads/a.parquet", folder / "results/a/1/rows.parquet"
    for path, frame in zip(paths, (table, rows), strict=True):
        frame.write_parquet(path)
    job = Job(id=uuid4().hex, settings=json.dumps(kept_settings({}, is_arbitration=True)))
    job.upload_key, job.result_key = "uploads/a.parquet", "results/a/1"
    return job, paths


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(pl.lit(1, dtype=pl.Int64).alias(PEAK), id="one peak in all rows"),
        pytest.param(pl.lit(SECOND).alias(READING), id="no row of the first program"),
        pytest.param(pl.lit("none").alias(ROWS), id="rows that are no numbers"),
        pytest.param(pl.lit("").alias("more"), id="another column"),
    ],
)
def test_files_that_hold_no_arbitration_are_none(
    tmp_path: Path, table: pl.DataFrame, rows: pl.DataFrame, wrong: pl.Expr
) -> None:
    assert judge_files(*written(tmp_path, table.with_columns(wrong), rows)) is None


def test_rows_of_another_table_are_no_result_of_an_arbitration(
    tmp_path: Path, table: pl.DataFrame, rows: pl.DataFrame
) -> None:
    assert judge_files(*written(tmp_path, table, rows.head(5))) is None


def test_a_result_of_an_earlier_version_lacks_columns(
    tmp_path: Path, table: pl.DataFrame, rows: pl.DataFrame
) -> None:
    found = judge_files(*written(tmp_path, table, rows.drop("molecular_name")))

    assert found is not None
    assert found.judged["molecular_first"].null_count() == found.judged.height


def test_a_job_that_is_no_arbitration_is_refused_before_its_files_are_read(tmp_path: Path) -> None:
    job = Job(id="a", file_name="x.arbiter.parquet", settings="{}", result_key="results/a")
    job.upload_key = "uploads/a"

    with pytest.raises(JobConflictError, match=NONE[:20]):
        files_of_arbitration(job, Folder(tmp_path))
