"""Seeded disagreements are judged right, and what the data do not decide is left open."""

import numpy as np
import polars as pl
import pytest

from app.analysis.arbiter.evidence_sentences import evidence_sentence
from app.analysis.arbiter.judgements import NOT_JUDGED, OUTCOMES, UNDECIDED, judge, probabilities
from app.analysis.arbiter.matching import match
from app.analysis.arbiter.readings import Titles, readings
from app.analysis.pipeline import analyze
from app.analysis.settings import AnalysisSettings
from tests.perf.accuracy import analyzed, read_table
from tests.perf.arbiter import annotations_of, judged_peaks
from tests.simulator import Simulated, Variation, simulate
from tests.simulator.logistic import Gradient, draw
from tests.simulator.two_programs import two_programs

TITLES = Titles("MS-DIAL", "MZmine")
LAWS = {
    "porcine brain": lambda seed: simulate(Variation(seed=seed)),
    "second law": lambda seed: Simulated(*draw(Gradient(seed=seed))),
}


def judged(first: pl.DataFrame, second: pl.DataFrame, titles: Titles = TITLES) -> pl.DataFrame:
    table = readings(match(annotations_of(first), annotations_of(second), 0.1, 10.0), titles)
    return judge(table, analyze(read_table(table), AnalysisSettings()).rows)


def example() -> pl.DataFrame:
    return simulate(Variation(seed=11)).table.select("Name", "RT", "Volume", "Anchor")


def with_name(table: pl.DataFrame, row: int, name: str) -> pl.DataFrame:
    is_row = pl.int_range(pl.len()) == row - 1
    return table.with_columns(Name=pl.when(is_row).then(pl.lit(name)).otherwise("Name"))


def a_true_row(table: pl.DataFrame) -> tuple[int, str]:
    rows = analyzed(table).rows
    sure = rows.filter((pl.col("confidence") > 0.99) & (pl.col("species") == "GM3(36:1;O2)"))
    return sure["row"][0], sure["name"][0]


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("has_mz", [False, True], ids=["names", "m/z"])
def test_nine_of_ten_seeded_disagreements_are_judged_right(law: str, has_mz: bool) -> None:
    parts = [judged_peaks(two_programs(LAWS[law](seed), seed, has_mz=has_mz)) for seed in range(5)]
    seeded = pl.concat(parts).drop_nulls("kind")
    is_right = seeded["judgement"] == seeded["right"]
    is_wrong = ~is_right & (seeded["judgement"] != UNDECIDED)

    assert is_right.sum() / seeded.height >= 0.9
    assert is_wrong.sum() / seeded.height <= 0.05


def test_the_program_with_the_right_label_is_right() -> None:
    table = example()
    row, name = a_true_row(table)

    peak = judged(with_name(table, row, "GM3(38:2;O2)"), table).row(
        by_predicate=pl.col("rows_first") == str(row), named=True
    )

    assert (peak["kind"], peak["judgement"]) == ("ceramide", "second")
    assert "expects GM3(38:2;O2) at" in evidence_sentence(peak, TITLES)
    assert peak["name_second"] == name


def test_two_wrong_labels_are_both_wrong() -> None:
    table = example()
    row, _ = a_true_row(table)
    one, other = (with_name(table, row, name) for name in ("GM3(40:2;O2)", "GM3(42:3;O2)"))

    peak = judged(one, other).row(by_predicate=pl.col("rows_first") == str(row), named=True)

    assert peak["judgement"] == "neither"


def test_chains_that_no_time_tells_apart_are_left_open() -> None:
    table = example()
    row, _ = a_true_row(table)
    one, other = (with_name(table, row, f"GM3 {chains}") for chains in ("d18:1/18:0", "d16:1/20:0"))

    peak = judged(one, other).row(by_predicate=pl.col("rows_first") == str(row), named=True)

    assert (peak["kind"], peak["judgement"]) == ("chains", UNDECIDED)
    assert evidence_sentence(peak, TITLES).endswith("That does not decide.")


def test_a_name_that_leaves_the_letter_open_is_no_disagreement() -> None:
    names = pl.DataFrame({"Name": ["GD1(36:1;O2)"], "RT": [9.14], "Volume": [1e6], "Anchor": ["F"]})
    table = pl.concat([example().with_columns(pl.col("Volume").cast(pl.Float64)), names])
    row = table.height

    found = judged(with_name(table, row, "GD1a(36:1;O2)"), table)

    assert found.row(by_predicate=pl.col("rows_first") == str(row), named=True)["kind"] == "same"


def test_what_one_program_alone_has_should_be_there_if_it_is_a_species() -> None:
    table = example()
    row, _ = a_true_row(table)
    shorter = table.filter(pl.int_range(pl.len()) != row - 1)

    peak = judged(table, shorter).row(by_predicate=pl.col("rows_first") == str(row), named=True)

    assert (peak["kind"], peak["judgement"]) == ("alone", "first")
    assert evidence_sentence(peak, TITLES).startswith("MZmine has no row of it.")


def test_two_programs_are_not_two_observations() -> None:
    table = example()
    alone = analyzed(table).rows["confidence"].to_numpy()

    both = judged(table, table).sort(pl.col("rows_first").cast(pl.Int64))

    agreed = both["p_both"].to_numpy()
    assert np.abs(agreed - np.clip(alone, 0.001, 0.999)).mean() < 0.01
    assert ((agreed > 0.9) & (alone < 0.5)).sum() == 0


def test_equal_evidence_for_two_labels_decides_for_neither_of_them() -> None:
    yes = np.array([True])

    p = probabilities(np.array([0.999]), np.array([0.999]), yes, yes, yes)[0]

    assert dict(zip(OUTCOMES, p.round(3).tolist(), strict=True))["first"] == pytest.approx(
        0.5, abs=0.001
    )
    assert p.sum() == pytest.approx(1)


def with_row(table: pl.DataFrame, name: str, time: float | None) -> pl.DataFrame:
    row = {"Name": [name], "RT": [time], "Volume": [2e6], "Anchor": ["F"]}
    return pl.concat([table, pl.DataFrame(row, schema=table.schema, strict=False)])


UNUSABLE = {
    "another lipid": ("PC 34:1", 9.0, "MS-DIAL gives no name of a ganglioside."),
    "unknown": ("Unknown 17", 9.0, "MS-DIAL gives no name of a ganglioside."),
    "ceramide": ("Cer(d18:1/16:0)", 9.0, "MS-DIAL gives no name of a ganglioside."),
    "standard": ("GM3(36:1;O2)-d3", 10.6, "MS-DIAL calls it a standard that was added."),
    "no time": ("GM3(36:1;O2)", None, "The analysis cannot use the row of MS-DIAL."),
}


@pytest.mark.parametrize("case", UNUSABLE)
def test_what_cannot_be_judged_makes_no_program_right(case: str) -> None:
    name, time, said = UNUSABLE[case]
    table = example()
    longer, number = with_row(table, name, time), table.height + 1

    of_one, of_both = (
        judged(longer, each).row(by_predicate=pl.col("rows_first") == str(number), named=True)
        for each in (table, longer)
    )

    for peak in (of_one, of_both):
        assert (peak["judgement"], peak["probability"]) == (NOT_JUDGED, None)
        assert said in evidence_sentence(peak, TITLES)
        assert evidence_sentence(peak, TITLES).endswith("So it was not judged.")


def test_a_name_of_no_ganglioside_gives_way_to_a_label_that_holds() -> None:
    table = example()
    row, _ = a_true_row(table)
    unread = with_name(table, row, "Unknown 17")

    holds = judged(unread, table).row(by_predicate=pl.col("rows_first") == str(row), named=True)
    other = with_name(table, row, "GM3(42:3;O2)")
    fails = judged(unread, other).row(by_predicate=pl.col("rows_first") == str(row), named=True)

    assert (holds["kind"], holds["judgement"]) == ("name", "second")
    assert (fails["kind"], fails["judgement"]) == ("name", NOT_JUDGED)


def test_a_standard_is_not_beaten_by_the_species_that_elutes_with_it() -> None:
    table = example()
    row, name = a_true_row(table)

    peak = judged(with_name(table, row, f"{name}-d3"), table).row(
        by_predicate=pl.col("rows_first") == str(row), named=True
    )

    assert peak["judgement"] == NOT_JUDGED


def with_a_blank() -> pl.DataFrame:
    """The example as a sample, and a hundredth of its areas as a blank."""
    table = example().with_columns(pl.lit("S1").alias("Sample"))
    blank = table.with_columns(pl.lit("Blank_01").alias("Sample"), pl.col("Volume") // 100)
    return pl.concat([table, blank])


def test_peaks_of_a_blank_are_not_judged() -> None:
    run = with_a_blank()

    found = judged(run, run)

    of_blank = found.filter(pl.col("sample") == "Blank_01")
    assert set(of_blank["judgement"]) == {NOT_JUDGED}
    assert evidence_sentence(of_blank.row(0, named=True), TITLES).startswith(
        "It is a peak of a blank."
    )
    assert "both" in set(found.filter(pl.col("sample") == "S1")["judgement"])


@pytest.mark.parametrize("title", ["MS-DIAL, blank-subtracted", "QC", "MZmine standard"])
def test_a_title_changes_no_judgement(title: str) -> None:
    plain, titled = (judged(example(), example(), Titles(each, "MZmine")) for each in ("x", title))

    assert titled["judgement"].to_list() == plain["judgement"].to_list()
    assert "both" in set(titled["judgement"])


def test_the_role_of_a_sample_is_the_same_in_both_readings() -> None:
    run = with_a_blank()
    one = annotations_of(run.with_columns(pl.lit("sample").alias("Sample type")))
    other = annotations_of(run)

    found = readings(match(one, other, 0.1, 10.0), TITLES)

    assert set(found["Sample role"]) == {"sample"}
