"""An arbitration is judged once, and files that hold none are refused before they are joined."""

from pathlib import Path

import polars as pl
import pytest

from app.analysis.arbiter.matching import match
from app.analysis.arbiter.readings import PEAK, READING, ROWS, SECOND, Jobs, Titles, readings
from app.analysis.pipeline import analyze
from app.analysis.settings import AnalysisSettings
from app.db.jobs.errors import JobConflictError
from app.db.jobs.tables import Job
from app.storage import Folder
from app.web.features.arbiter.arbitration import NONE, arbitration_of
from app.web.features.arbiter.judged_files import judged_once
from tests.perf.accuracy import read_table
from tests.perf.arbiter import annotations_of
from tests.simulator import Variation, simulate

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


def test_the_peaks_of_a_result_are_judged_once(
    tmp_path: Path, table: pl.DataFrame, rows: pl.DataFrame
) -> None:
    paths = written(tmp_path, table, rows)

    found = judged_once(*paths)

    assert found is not None
    assert (found.titles, found.jobs) == (TITLES, Jobs("one", "other"))
    assert found.judged.height == table.height // 2
    assert judged_once(*paths) is found


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
    assert judged_once(*written(tmp_path, table.with_columns(wrong), rows)) is None


def test_rows_of_another_table_are_no_result_of_an_arbitration(
    tmp_path: Path, table: pl.DataFrame, rows: pl.DataFrame
) -> None:
    assert judged_once(*written(tmp_path, table, rows.head(5))) is None


def test_a_result_of_an_earlier_version_lacks_columns(
    tmp_path: Path, table: pl.DataFrame, rows: pl.DataFrame
) -> None:
    found = judged_once(*written(tmp_path, table, rows.drop("molecular_name")))

    assert found is not None
    assert found.judged["molecular_first"].null_count() == found.judged.height


def test_a_job_that_is_no_arbitration_is_refused_before_its_files_are_read(tmp_path: Path) -> None:
    job = Job(id="a", file_name="x.arbiter.parquet", settings="{}", result_key="results/a")
    job.upload_key = "uploads/a"

    with pytest.raises(JobConflictError, match=NONE[:20]):
        arbitration_of(job, Folder(tmp_path))
