"""What to look for next in a table."""

import polars as pl
import pytest

from app.analysis.example.example_table import example_table
from app.analysis.overrides.apply import with_calls
from app.analysis.overrides.override import Override
from app.analysis.pipeline import analyze
from app.analysis.reading.peaks.peak_frame import PEAK_SCHEMA
from app.analysis.reporting.result import Analysis
from app.analysis.settings import AnalysisSettings
from app.analysis.targets.targets import TARGET_SCHEMA, species_name, targets
from tests.analyses import targets_in


def peaks_of(table: pl.DataFrame) -> pl.DataFrame:
    """A table of the example as peaks."""
    peaks = table.select(
        row=pl.int_range(1, pl.len() + 1, dtype=pl.UInt32),
        sample=pl.lit(""),
        name="Name",
        rt_min="RT",
        peak_area=pl.col("Volume").cast(pl.Float64),
        log_p="Log P",
        anchor=pl.col("Anchor") == "T",
    )
    absent = [pl.lit(None, kind).alias(n) for n, kind in PEAK_SCHEMA.items() if n not in peaks]
    return peaks.with_columns(absent).select(*PEAK_SCHEMA)


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return analyze(peaks_of(example_table()), AnalysisSettings())


@pytest.fixture(scope="module")
def without_one() -> tuple[dict[str, object], Analysis]:
    """A confirmed species, and the analysis of the table without its rows."""
    table = example_table()
    rows = analyze(peaks_of(table), AnalysisSettings()).rows
    species = rows.filter(pl.col("name") == "GM1(36:1;O2)", pl.col("call") == "true")
    rest = table.filter(pl.col("Name") != "GM1(36:1;O2)")
    return species.row(0, named=True), analyze(peaks_of(rest), AnalysisSettings())


def test_a_species_that_was_left_out_is_found_with_its_time(
    without_one: tuple[dict[str, object], Analysis],
) -> None:
    species, analysis = without_one
    target = targets_in(analysis).filter(pl.col("species") == "GM1(36:1;O2)").row(0, named=True)
    assert target["interval_low_min"] < species["rt_min"] < target["interval_high_min"]
    assert target["probability"] > 0.5
    assert target["classes"] > target["of_classes"] / 2
    assert "38:1;O2" in target["neighbours"]
    assert target["mass_da"] == pytest.approx(1545.8766, abs=1e-3)


def test_the_first_class_may_have_one_isomer_where_others_have_several() -> None:
    """GD1a and GD1b are the first classes of most tables, and have letters."""
    others = example_table().filter(~pl.col("Name").str.starts_with("GD1"))
    renamed = others.with_columns(pl.col("Name").str.replace("^GQ1", "GT1"))
    found = targets_in(analyze(peaks_of(renamed), AnalysisSettings()))
    isomers = found.sort("prefix", "isomer", nulls_last=False)["isomer"]
    assert isomers[0] is None
    assert isomers.null_count() < len(isomers)


def test_a_confirmed_species_is_no_target_and_each_target_is_listed_once(
    analysis: Analysis,
) -> None:
    listed = targets_in(analysis)
    assert listed.schema == TARGET_SCHEMA
    found = analysis.rows.filter(pl.col("call") == "true", pl.col("isomer").is_null())
    assert not set(found["species"]) & set(listed["species"])
    assert listed.select("species", "isomer").is_duplicated().sum() == 0
    assert listed["probability"].is_sorted(descending=True)


def test_rows_that_have_the_name_but_are_not_confirmed_are_named(analysis: Analysis) -> None:
    named = targets_in(analysis).filter(pl.col("rows") != "")
    assert named.height
    calls = dict(analysis.rows.select("row", "call").iter_rows())
    prefixes = dict(analysis.rows.select("row", "prefix").iter_rows())
    for prefix, rows in named.select("prefix", "rows").iter_rows():
        for row in map(int, rows.split(", ")):
            assert (prefixes[row], calls[row] in ("outlier", "fragment")) == (prefix, True)


def test_what_a_person_confirmed_is_no_target_and_what_they_refused_is_one(
    analysis: Analysis,
) -> None:
    listed = targets_in(analysis).filter(pl.col("isomer").is_null())
    row = int(listed.filter(pl.col("rows") != "")["rows"][0].split(", ")[0])
    refused = analysis.rows.filter(pl.col("name") == "GM1(36:1;O2)", pl.col("call") == "true")
    decided = with_calls(
        analysis.rows,
        [
            Override(row=row, reason="MS/MS", call="true"),
            Override(row=refused["row"][0], reason="carry-over", call="invalid"),
        ],
    )
    found = set(targets(analysis.kept_model, decided)["species"])
    assert analysis.rows["species"][row - 1] not in found
    assert "GM1(36:1;O2)" in found


def test_without_any_confirmed_row_there_is_no_target() -> None:
    table = example_table().head(1)
    analysis = analyze(peaks_of(table), AnalysisSettings())
    nothing = targets(analysis.kept_model, analysis.rows.with_columns(call=pl.lit("outlier")))
    assert nothing.is_empty()
    assert nothing.schema == TARGET_SCHEMA


@pytest.mark.parametrize(
    ("prefix", "isomer", "name"),
    [
        ("GD1+OAc", "a", "GD1a+OAc(36:1;O2)"),
        ("GQ1", "late", "GQ1(36:1;O2)"),
        ("GM3", None, "GM3(36:1;O2)"),
        ("GD1(NeuAc/NeuGc)", "b", "GD1b(NeuAc/NeuGc)(36:1;O2)"),
    ],
)
def test_the_letter_of_an_isomer_stands_in_its_name(
    prefix: str, isomer: str | None, name: str
) -> None:
    assert species_name(prefix, isomer, 36, 1, 2) == name
