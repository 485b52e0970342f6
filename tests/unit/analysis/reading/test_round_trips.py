"""What Sialoscope exports comes back to the calls of its run, in each format with rows."""

from pathlib import Path

import polars as pl
import pytest

from app.analysis.pipeline import analyze
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.reporting.formats import FORMATS
from app.analysis.reporting.formats.format import ExportFormat, Run
from app.analysis.reporting.result import Analysis
from app.analysis.settings import AnalysisSettings

RECORD = {"software": {"sialoscope": "0.1.0"}}
# JSON is for programs; it is no peak table.
READABLE = [each for each in FORMATS if each.name != "json"]
GIVEN = ("name", "sample", "sample_role", "adduct", "charge", "isotope_label", "evidence_level")
COHORT = """\
sample,sample role,name,rt,area,mz,adduct,isotope label,evidence level,anchor
{rows}
brain_2,sample,GM3 36:1;O2,10.60,90000,1182.756,[M3H2-H]-,heavy,,
brain_2,sample,GM3 36:1;O2,10.60,9000,1225.743,[M+HCOO]-,,MS/MS,
blank_1,blank,GM3 38:1;O2,12.10,900,1207.769,[M-H]-,,,
brain_1,sample,not a name,9.10,900,,,,,
brain_1,sample,GD3 36:1;O2,n.d.,900,734.913,[M-2H]2-,,,
"""
# Masses of [M-H]- of GM3 by carbons at one double bond; one of them is wrong.
GM3_MZ = {34: 1151.7058, 36: 1179.7371, 38: 1207.7684, 40: 1230.5, 42: 1263.8310}


def cohort() -> str:
    """Three samples with m/z, a wrong one, adducts, a labelled twin, a blank and unusable rows."""
    rows = [
        f"brain_{sample},sample,{core} {carbons}:1;O2,"
        f"{rt + 0.74 * (carbons - 36) + 0.01 * sample + (carbons % 4) / 200:.3f},"
        f"{10_000 * (carbons - 30) * sample},{mz or ''},{'[M-H]-' if mz else ''},,"
        f"{'mass alone' if carbons == 42 else 'MS/MS'},{'T' if carbons == 36 else ''}"
        for sample in (1, 2, 3)
        for core, rt in (("GM3", 10.60), ("GM2", 10.40), ("GM1", 10.10))
        for carbons in (34, 36, 38, 40, 42)
        for mz in [GM3_MZ[carbons] if core == "GM3" else None]
    ]
    return COHORT.format(rows="\n".join(rows))


@pytest.fixture(scope="module")
def tables(porcine_brain: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    path = tmp_path_factory.mktemp("cohort") / "cohort.csv"
    path.write_text(cohort())
    return {"porcine brain": porcine_brain, "cohort": path}


@pytest.fixture(scope="module")
def runs(tables: dict[str, Path]) -> dict[str, tuple[pl.DataFrame, Analysis]]:
    peaks = {name: read_peak_table(path) for name, path in tables.items()}
    return {name: (each, analyze(each, AnalysisSettings())) for name, each in peaks.items()}


@pytest.mark.parametrize("table", ["porcine brain", "cohort"])
@pytest.mark.parametrize("written", READABLE, ids=lambda each: each.name)
def test_an_export_comes_back_to_the_calls_of_its_run(
    written: ExportFormat,
    table: str,
    runs: dict[str, tuple[pl.DataFrame, Analysis]],
    tmp_path: Path,
) -> None:
    peaks, before = runs[table]
    path = tmp_path / f"export.{written.suffix}"
    with path.open("wb") as file:
        written.write(Run(before, RECORD, peaks.select("row", "mz", "adduct")), file)
    notes: list[str] = []
    after = analyze(read_peak_table(path, on_note=notes.append), AnalysisSettings())
    assert any("not from the sections" in note for note in notes) == (written.name == "mztab-m")
    columns = ("row", "call", "rule", "isomer", "parent_row", "ion_group", *GIVEN)
    assert after.rows.select(columns).rows() == before.rows.select(columns).rows()
    is_same = pl.col("rt_min").is_not_null()
    numbers = ("rt_min", "peak_area", "mz", "log_p")
    for one, other in zip(before.rows.filter(is_same), after.rows.filter(is_same), strict=True):
        if one.name in numbers:
            assert other.to_list() == pytest.approx(one.to_list(), nan_ok=True)


def test_the_cohort_has_a_row_of_each_kind(
    runs: dict[str, tuple[pl.DataFrame, Analysis]],
) -> None:
    """So that a round trip which loses one of them would change a call."""
    rows = runs["cohort"][1].rows
    assert {"true", "outlier", "invalid"} <= set(rows["call"])
    assert rows.filter(pl.col("mass_error_ppm").abs() > 1_000).height == 3
    assert rows["ion_group"].null_count() < rows.height
