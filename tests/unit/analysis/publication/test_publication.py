"""What a paper needs of a run: numbers, sentences that say what is unknown, and citations."""

import re
from io import BytesIO
from typing import Any

import polars as pl
import pytest
import yaml
from msgspec.structs import replace

from app.analysis.publication.checklist import SECTIONS, UNKNOWN, checklist
from app.analysis.publication.citation import bibtex, citation_file
from app.analysis.publication.files import FORMATS
from app.analysis.publication.paragraphs import methods, results
from app.analysis.publication.species_list import species_list
from app.analysis.quantities.files import quantities_of
from app.analysis.reporting.formats.format import ExportFormat, Run
from app.analysis.reporting.result import MODEL_SCHEMA, Analysis
from app.analysis.settings import AnalysisSettings
from tests.unit.analysis.quantities.result_rows import result_rows

RECORD: dict[str, Any] = {
    "job": "5f0c2a7be1d94c6f8a3d17b2c9e04f61",
    "version": 2,
    "input": {"file_name": 'a "brain" & <b>\\_*.csv', "sha256": "ab" * 32},
    "settings": AnalysisSettings().fields(),
    "overrides": [{"row": 1}],
    "software": {"sialoscope": "0.1.0"},
    "finished_at": "2026-11-27T07:20:01+00:00",
    "result": {"rows": 3, "sha256": "cd" * 32},
}
ROWS = result_rows(
    {"name": "GM1(36:1;O2)", "anchor": True, "mz": 1544.87, "adduct": "[M-H]-"},
    {"name": "GM3(36:1;O2)", "sample": "B"},
    {"name": "GM3(36:1;O2)", "call": "outlier", "ion": "sodium adduct"},
    {"name": "GM3-d3"},
)


def run(*standards: str, rows: pl.DataFrame = ROWS) -> Run:
    def none() -> pl.DataFrame:
        return pl.DataFrame(schema=MODEL_SCHEMA)

    analysis = Analysis(encoded=rows, make_models=none, make_prefix_verdicts=none, make_notes=none)
    return Run(analysis, RECORD, standards=standards)


def test_the_paragraphs_have_the_numbers_of_the_run() -> None:
    made = run()
    found = quantities_of(made)

    how, what = methods(made, found), results(made, found)

    assert "The labels of 4 peaks in 2 samples were tested with Sialoscope 0.1.0." in how
    assert "beginning with 1 anchor." in how
    assert "by retention time, peak area and m/z;" in how
    assert "retention time tolerance 0.1 min, mass tolerance 10 ppm" in how
    assert "1 row was decided by hand" in how
    without_mz = run(rows=ROWS.with_columns(mz=pl.lit(None, pl.Float64)))
    how_without = methods(without_mz, quantities_of(without_mz))
    assert "mass tolerance" not in how_without
    assert "other ions within 10 ppm of the calculated label mass" in how_without
    assert "No internal standard was used, so shares are of areas (area %)" in how
    assert (
        "Of 4 peaks, 2 are confirmed (50.0 %), 0 are in-source fragments (0.0 %), 1 is not" in what
    )
    assert "another ion of a species explains 1: sodium adduct (1)." in what
    assert "2 species, isomers counted once, of 2 classes" in what
    assert "GM1 (50.0 % of the area)" in what
    assert "mol %" not in what
    assert "pmol" not in what


@pytest.mark.parametrize(
    ("call", "rate", "sentence", "answer"),
    [
        ("true", None, "too few to estimate their false", "not estimated, too few confirmed peaks"),
        ("outlier", None, None, UNKNOWN),
        ("true", 0.01, "The estimated false discovery rate", "1.0 % of the confirmed peaks"),
    ],
)
def test_too_few_confirmed_peaks_have_no_false_discovery_rate(
    call: str, rate: float | None, sentence: str | None, answer: str
) -> None:
    made = run(rows=ROWS.with_columns(call=pl.lit(call)))
    made = made._replace(analysis=replace(made.analysis, false_discovery_rate=rate))
    found = quantities_of(made)

    answers = {each.item: each.answer for each in checklist(made, found)}
    assert answers["False discovery rate"] == answer
    assert (sentence or "") in results(made, found)
    assert ("false discovery rate" in results(made, found)) == (sentence is not None)


def test_amounts_are_given_only_where_every_species_has_one() -> None:
    rows = result_rows({"name": "GM3(36:1;O2)"}, {"name": "GM3(36:1;O2)-d3"})
    whole, part = (run("GM3(36:1;O2)-d3 = 5", rows=each) for each in (rows, ROWS))

    assert "GM3(36:1;O2)-d3 (5 pmol, for GM3)" in methods(whole, quantities_of(whole))
    assert "100.0 mol %" in results(whole, quantities_of(whole))
    assert re.search(r"The total is 5\.\d+ pmol\.", results(whole, quantities_of(whole)))
    assert "pmol" not in results(part, quantities_of(part))


def test_each_species_is_listed_once_over_all_samples() -> None:
    rows = result_rows({"name": "GM1(36:1;O2)"}, {"name": "GM1(36:1;O2)", "sample": "B"})
    listed = species_list(quantities_of(run(rows=rows)))
    assert listed.select("species", "samples", "area_percent").rows() == [("GM1(36:1;O2)", 2, 100)]


def test_the_checklist_has_every_section_and_says_what_is_unknown() -> None:
    made = run("GM3-d3 = 5 for GM3")
    items = checklist(made, quantities_of(made))
    answers = {each.item: each.answer for each in items}

    assert tuple(dict.fromkeys(each.section for each in items)) == SECTIONS
    assert answers["Internal standards and their amounts"] == "GM3-d3 (5 pmol)"
    assert answers["Ions and polarity"] == "[M-H]-"
    assert answers["Type of sample"] == answers["Blanks"] == answers["Aim of the study"] == UNKNOWN
    assert answers["Isotope correction"] == "type I and II"
    assert all(each.answer for each in items)


def test_the_citation_file_is_read_back_as_yaml() -> None:
    found = yaml.safe_load(citation_file(RECORD))

    assert found["cff-version"] == "1.2.0"
    assert found["title"] == f"Ganglioside assignments of {RECORD['input']['file_name']}"
    assert found["version"] == "2"
    assert found["identifiers"][0]["value"] == "sha256:" + "cd" * 32
    assert found["references"][0]["version"] == "0.1.0"


def test_bibtex_escapes_what_latex_would_run() -> None:
    text = bibtex(RECORD)
    assert text.count("@") == 2
    assert r"\textbackslash{}\_*.csv" in text
    assert r"\& <b>" in text
    assert text.count("{") == text.count("}")


@pytest.mark.parametrize("kind", FORMATS, ids=lambda kind: kind.name)
def test_a_file_is_written_also_for_a_run_without_species(kind: ExportFormat) -> None:
    file = BytesIO()
    kind.write(run(rows=ROWS.clear()), file)
    assert file.getvalue().decode()


def test_markdown_shows_names_as_they_are() -> None:
    file = BytesIO()
    FORMATS[0].write(run(), file)
    text = file.getvalue().decode()
    assert text.startswith('# a "brain" & \\<b\\>\\\\\\_\\*.csv')
    assert "| GM1 | GM1(36:1;O2) |" in text
