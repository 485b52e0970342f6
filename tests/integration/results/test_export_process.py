"""The process that writes an export keeps to its limits and tells its problem in a sentence."""

import asyncio
import json
from pathlib import Path

import pytest

from app.analysis.pipeline import analyze
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.settings import AnalysisSettings
from app.db.jobs.errors import JobConflictError, JobNotFoundError
from app.runtime.limited_process import Limits
from app.web.features.results.downloads.job_export import FRAMES
from app.web.features.results.downloads.order import carry_out
from app.web.features.results.downloads.process import Order
from app.web.features.results.downloads.source import Source
from app.web.http.faults.errors import CannotMakeError
from tests.integration.api import large_table

MB = 1_000_000


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    folder = tmp_path_factory.mktemp("result")
    table = folder / "table.csv"
    table.write_bytes(large_table(copies=100))
    peaks = read_peak_table(table)
    analysis = analyze(peaks, AnalysisSettings())
    frames = {
        "rows": analysis.rows,
        "models": analysis.models,
        "notes": analysis.notes,
        "findings": analysis.prefix_verdicts,
        "ions": peaks.select("row", "mz", "adduct"),
    }
    paths = {name: str(folder / f"{name}.parquet") for name in frames}
    for name, frame in frames.items():
        frame.write_parquet(paths[name])
    (folder / "record.json").write_text(json.dumps({"job": "1"}))
    record = str(folder / "record.json")
    return Source(
        name="calls.csv",
        record=record,
        warnings=[],
        false_discovery_rate=None,
        which={},
        signed_off={},
        **paths,
    )


def write(
    source: Source | None,
    folder: Path,
    kind: str = "xlsx",
    *,
    memory_bytes: int = 1_000 * MB,
    seconds: float = 200,
    is_archive: bool = False,
) -> Path:
    path = folder / "export"
    sources = [source] if source else []
    order = Order(path=str(path), format=kind, sources=sources, is_archive=is_archive)
    asyncio.run(carry_out(order, folder, Limits(memory_bytes, seconds)))
    return path


def test_a_workbook_of_a_cohort_takes_little_memory(source: Source, tmp_path: Path) -> None:
    # Python and Polars alone take some 150 MB of what the limit counts.
    assert write(source, tmp_path, memory_bytes=400 * MB).stat().st_size > MB


def test_beyond_its_memory_it_ends_and_says_what_to_do(source: Source, tmp_path: Path) -> None:
    with pytest.raises(CannotMakeError, match="more memory than the server gives") as error:
        write(source, tmp_path, memory_bytes=190 * MB)
    assert error.value.status == 507


def test_beyond_its_time_it_is_killed_and_says_what_to_do(source: Source, tmp_path: Path) -> None:
    with pytest.raises(CannotMakeError, match="longer to make") as error:
        write(source, tmp_path, seconds=0.1)
    assert error.value.status == 503


def test_a_job_that_was_deleted_meanwhile_is_named(tmp_path: Path) -> None:
    gone = Source(
        name="a",
        record="/none",
        warnings=[],
        false_discovery_rate=None,
        which={},
        signed_off={},
        **dict.fromkeys(FRAMES, "/none"),
    )
    with pytest.raises(JobNotFoundError):
        write(gone, tmp_path, "csv")
    with pytest.raises(JobConflictError, match=r"nothing to download. a: It was deleted"):
        write(gone, tmp_path, "csv", is_archive=True)
