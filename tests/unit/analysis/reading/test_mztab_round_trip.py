"""Sialoscope's own mzTab-M comes back to the calls that it reports."""

from pathlib import Path

import polars as pl

from app.analysis.pipeline import analyze
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.reporting.formats.format import Run
from app.analysis.reporting.formats.mztab import write_mztab
from app.analysis.reporting.formats.mztab.molecules import REPORTED
from app.analysis.reporting.result import Analysis
from app.analysis.settings import AnalysisSettings

RECORD = {"software": {"sialoscope": "0.1.0"}}


def calls(analysis: Analysis) -> list[tuple[float, str]]:
    """The calls that are reported, by retention time, which no two rows of the example share."""
    rows = analysis.rows.filter(pl.col("call").is_in(REPORTED))
    return sorted(rows.select(pl.col("rt_min").round(6), "call").rows())


def test_the_calls_of_an_export_are_those_of_its_run(porcine_brain: Path, tmp_path: Path) -> None:
    peaks = read_peak_table(porcine_brain)
    before = analyze(peaks, AnalysisSettings())
    path = tmp_path / "calls.mztab"
    with path.open("wb") as file:
        write_mztab(Run(before, RECORD, peaks.select("row", "mz", "adduct")), file)
    again = read_peak_table(path)
    after = analyze(again, AnalysisSettings())
    assert again["problem"].null_count() == again.height
    # The fragments and outliers are not in the file, so the model has less to go by: an isomer of
    # two peaks alone may not be found again.
    changed = set(calls(before)) ^ set(calls(after))
    assert len(changed) <= 0.02 * len(calls(before))
    assert after.rows.height == len(calls(before)) > 150
