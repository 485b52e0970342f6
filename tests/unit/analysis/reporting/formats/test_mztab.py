"""An mzTab-M file against what the specification asks of each section."""

import re
from io import BytesIO, StringIO
from typing import Any

import polars as pl
import pytest
from pyteomics.mztab import MzTab

from app.analysis.example.example_table import example_table
from app.analysis.pipeline import analyze
from app.analysis.reporting.formats.format import Run
from app.analysis.reporting.formats.mztab.document import write_mztab
from app.analysis.reporting.formats.mztab.sections import EVIDENCE, FEATURE, SUMMARY
from tests.unit.analysis.tables import SETTINGS, peaks

RECORD = {
    "job": "0123",
    "input": {"file_name": "=HYPERLINK(1)\tpeaks.csv"},
    "settings": {"r2_threshold": 0.75},
    "software": {"sialoscope": "0.1.0"},
}
MANDATORY = (
    *("mzTab-version", "mzTab-ID", "software[1]", "quantification_method", "ms_run[1]-location"),
    *("ms_run[1]-scan_polarity[1]", "assay[1]", "assay[1]-ms_run_ref", "study_variable[1]"),
    *("study_variable[1]-assay_refs", "study_variable[1]-description", "cv[1]-label"),
    *("cv[1]-full_name", "cv[1]-version", "cv[1]-uri", "database[1]", "database[1]-prefix"),
    *("database[1]-version", "database[1]-uri", "small_molecule-quantification_unit"),
    "id_confidence_measure[1]",
)
NOT_NULL = {
    "SMH": ("SML_ID",),
    "SFH": ("SMF_ID", "exp_mass_to_charge"),
    "SEH": (
        *("SME_ID", "evidence_input_id", "exp_mass_to_charge", "charge", "spectra_ref", "rank"),
        *("theoretical_mass_to_charge", "identification_method", "ms_level"),
    ),
}
ADDUCT = re.compile(r"\[\d*M([+-][\w\d]+)*\]\d*[+-]")
PARTS = ("MTD", "SMH", "SML", "SFH", "SMF", "SEH", "SME", "COM")
Table = list[dict[str, str]]


def two_samples() -> pl.DataFrame:
    table = example_table()
    rows = list(table.select("Name", "RT").iter_rows())
    return peaks(
        rows + rows,
        peak_area=[*table["Volume"], *(2 * table["Volume"])],
        anchor=[*(table["Anchor"] == "T")] * 2,
        sample=["=a"] * len(rows) + ["b"] * len(rows),
    )


PEAKS = two_samples()
ANALYSIS = analyze(PEAKS, SETTINGS)


def ions(**columns: Any) -> pl.DataFrame:  # noqa: ANN401 - values or expressions
    schema = {"mz": pl.Float64, "adduct": pl.String}
    return PEAKS.select("row", **{n: pl.lit(columns.get(n), dtype=k) for n, k in schema.items()})


def written(ions: pl.DataFrame) -> tuple[dict[str, str], dict[str, Table]]:
    file = BytesIO()
    write_mztab(Run(ANALYSIS, RECORD, ions), file)
    lines = [line.split("\t") for line in file.getvalue().decode().splitlines()]
    metadata = {line[1]: line[2] for line in lines if line[0] == "MTD"}
    tables = {}
    for header, kind in (("SMH", "SML"), ("SFH", "SMF"), ("SEH", "SME")):
        heads = [line for line in lines if line[0] == header]
        rows = [line for line in lines if line[0] == kind]
        assert len(heads) == (1 if rows else 0)
        tables[header] = [dict(zip(heads[0], row, strict=True)) for row in rows]
    order = [line[0] for line in lines if line != [""]]
    assert order == sorted(order, key=PARTS.index)
    return metadata, tables


def check(metadata: dict[str, str], tables: dict[str, Table]) -> None:
    assert [name for name in MANDATORY if not metadata.get(name)] == []
    for header, rows in tables.items():
        for row in rows:
            assert all(row.values()), "an empty cell"
            assert [name for name in NOT_NULL[header] if row[name] == "null"] == []
    features = {row["SMF_ID"] for row in tables["SFH"]}
    evidence = {row["SME_ID"] for row in tables["SEH"]}
    referred = [ref for row in tables["SMH"] for ref in row["SMF_ID_REFS"].split("|")]
    assert sorted(ref for ref in referred if ref != "null") == sorted(features)
    named = [row["SME_ID_REFS"] for row in tables["SFH"] if row["SME_ID_REFS"] != "null"]
    assert sorted(named) == sorted(evidence)


def test_a_table_without_mz_gives_a_summary_alone() -> None:
    metadata, tables = written(ions())
    check(metadata, tables)
    assert metadata["mzTab-version"] == "2.0.0-M"
    assert metadata["ms_run[2]-scan_polarity[1]"] == "[, , not told by the peak table, ]"
    assert (tables["SFH"], tables["SEH"]) == ([], [])
    assert list(tables["SMH"][0])[: len(SUMMARY)] == list(SUMMARY)
    called = ANALYSIS.rows.filter(pl.col("call").is_in(["true", "ambiguous"]))
    assert len(tables["SMH"]) == called.unique(["species", "isomer"]).height
    for number, sample in ((1, "=a"), (2, "b")):
        total = sum(
            float(row[f"abundance_assay[{number}]"])
            for row in tables["SMH"]
            if row[f"abundance_assay[{number}]"] != "null"
        )
        of_sample = called.filter(pl.col("sample") == sample)["consolidated_volume"].sum()
        assert total == pytest.approx(of_sample)


def test_with_mz_and_adducts_every_section_is_there() -> None:
    metadata, tables = written(ions(mz=771.93, adduct="[M-2H]2-"))
    check(metadata, tables)
    assert metadata["ms_run[1]-scan_polarity[1]"] == "[MS, MS:1000129, negative scan, ]"
    assert len(tables["SMH"]) == len(tables["SFH"]) == len(tables["SEH"]) > 0
    assert list(tables["SFH"][0])[: len(FEATURE)] == list(FEATURE)
    assert list(tables["SEH"][0]) == list(EVIDENCE)
    gm1 = next(row for row in tables["SEH"] if row["chemical_name"] == "GM1(36:1;O2)")
    assert float(gm1["theoretical_mass_to_charge"]) == pytest.approx(771.9310, abs=1e-3)
    assert (gm1["charge"], gm1["chemical_formula"]) == ("2", "C73H131N3O31")
    assert all(ADDUCT.fullmatch(row["adduct_ion"]) for row in tables["SFH"])


def test_pyteomics_reads_the_same_tables() -> None:
    file = BytesIO()
    write_mztab(Run(ANALYSIS, RECORD, ions(mz=771.93, adduct="[M-2H]2-")), file)
    read = MzTab(StringIO(file.getvalue().decode()))
    _, tables = written(ions(mz=771.93, adduct="[M-2H]2-"))
    assert (read.version, read.variant) == ("2.0.0-M", "M")
    for section, header in (("SML", "SMH"), ("SMF", "SFH"), ("SME", "SEH")):
        assert [header, *read[section].columns] == list(tables[header][0])
        assert len(read[section]) == len(tables[header])
    summary = read["SML"]
    assert list(summary["chemical_name"]) == [row["chemical_name"] for row in tables["SMH"]]
    assert summary["abundance_assay[2]"].sum() == pytest.approx(
        2 * summary["abundance_assay[1]"].sum()
    )


def test_an_adduct_that_cannot_be_read_gives_a_feature_without_evidence() -> None:
    metadata, tables = written(ions(mz=771.93, adduct="[M+Xy]-"))
    check(metadata, tables)
    assert len(tables["SFH"]) == len(tables["SMH"])
    assert tables["SEH"] == []
    assert {row["adduct_ion"] for row in tables["SFH"]} == {"null"}


def test_rows_that_are_not_reported_are_counted_and_texts_are_harmless() -> None:
    metadata, _ = written(ions())
    for call in ("fragment", "outlier", "invalid"):
        count = ANALYSIS.counts()[call]
        assert f"[, , rows called {call} and not reported, {count}]" in metadata.values()
    assert metadata["title"] == "'=HYPERLINK(1) peaks.csv"
    assert metadata["assay[1]"] == "'=a"


def test_roles_evidence_and_isotopes_are_reported() -> None:
    rows = list(example_table().select("Name", "RT").iter_rows())[:60]
    table = peaks(
        rows + rows[:1],
        sample=["a"] * 61,
        sample_role=["qc"] * 61,
        evidence=["MS/MS"] * 60 + ["mass alone"],
        adduct=["M-2H"] * 61,
        isotope_label=[None] * 60 + ["M+1"],
        peak_area=[2e5] * 60 + [1e5],
    )
    file = BytesIO()
    ions = table.select("row", "adduct", mz=pl.lit(771.93))
    write_mztab(Run(analyze(table, SETTINGS), RECORD, ions), file)
    lines = [line.split("\t") for line in file.getvalue().decode().splitlines()]

    assert ["MTD", "assay[1]-custom[1]", "[, , sample role, qc]"] in lines
    summaries = [line for line in lines if line[0] == "SML"]
    level = next(line for line in lines if line[0] == "SMH").index("opt_global_evidence_level")
    assert {line[level] for line in summaries} == {"MS/MS"}
    assert {line[FEATURE.index("adduct_ion")] for line in lines if line[0] == "SMF"} == {"[M-2H]2-"}
    isotopomers = [line[FEATURE.index("isotopomer")] for line in lines if line[0] == "SMF"]
    assert isotopomers.count('[MS, MS:1002957, isotopomer MS peak, "+1"]') == 1
