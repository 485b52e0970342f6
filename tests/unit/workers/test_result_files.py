"""The files of a result say the same in memory and when they are read."""

from pathlib import Path

import polars as pl
import pytest

from app.analysis.pipeline import analyze
from app.analysis.reporting.result import STORED_SCHEMA, Analysis
from tests.analyses import ABOUT
from tests.simulator import Variation
from tests.unit.analysis.tables import SETTINGS, simulated
from workers.analysis.messages import Request
from workers.analysis.result_files import save


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return analyze(simulated(Variation(seed=4, missing_parents=0.2)), SETTINGS)


@pytest.fixture(scope="module")
def rows(analysis: Analysis, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("result")
    peaks = simulated(Variation(seed=4, missing_parents=0.2))
    save(analysis, peaks, None, Request(about=ABOUT, table="", settings={}, folder=str(folder)))
    return folder / "rows.parquet"


def test_rows_have_words_in_memory_and_texts_in_their_file(analysis: Analysis, rows: Path) -> None:
    texts = {name for name, kind in STORED_SCHEMA.items() if kind == pl.String}
    assert {name for name, kind in analysis.encoded.schema.items() if kind == pl.Enum} == texts
    assert pl.read_parquet_schema(rows) == pl.Schema(STORED_SCHEMA)
    assert pl.read_parquet(rows).equals(analysis.stored)


def test_texts_of_the_file_can_be_searched_and_found(analysis: Analysis, rows: Path) -> None:
    """A part of the file is left out by its least and greatest text, which must be right."""
    stored, scan = analysis.stored, pl.scan_parquet(rows)
    for column in ("name", "call", "prefix", "isomer", "parent_name"):
        for text in stored[column].drop_nulls().unique():
            wanted = stored.filter(pl.col(column) == text)
            assert scan.filter(pl.col(column) == text).collect().equals(wanted)
    wanted = stored.filter(pl.col("name").str.contains("GM1", literal=True))
    assert 0 < wanted.height < stored.height
    found = scan.filter(pl.col("name").str.contains("GM1", literal=True)).collect()
    assert found.equals(wanted)
