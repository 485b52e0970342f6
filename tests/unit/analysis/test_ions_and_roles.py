"""Ions of one species, labelled standards, blanks and evidence: what they do to calls."""

from collections.abc import Sequence

import polars as pl
import pytest

from app.analysis.errors import PeakTableError
from app.analysis.example.example_table import example_table
from app.analysis.names.cells.adducts import parse_adduct
from app.analysis.names.composition import mass_da
from app.analysis.names.grammar import parse_species
from app.analysis.overrides.apply import with_calls
from app.analysis.overrides.override import Override
from app.analysis.pipeline import analyze
from app.analysis.settings import AnalysisSettings
from app.analysis.state.preparation.prepare import prepare
from tests.unit.analysis.tables import SETTINGS, called, noise_free, peaks

BASE = noise_free({"GM3": 10.6, "GM1": 10.1, "GD1": 9.3})
COUNT = len(BASE)
COLUMNS = ("call", "confidence", "predicted_rt_min", "reason")


def with_second(
    *, rows: Sequence[int], later_min: float, share: float, **columns: tuple[object, object]
) -> pl.DataFrame:
    """The peaks of ``BASE`` and once more some of them, with columns of the first and second."""
    again = [(BASE[row][0], BASE[row][1] + later_min) for row in rows]
    area = [1e6] * COUNT + [1e6 * share] * len(rows)
    given = {
        name: [first] * COUNT + [second] * len(rows) for name, (first, second) in columns.items()
    }
    return peaks(BASE + again, peak_area=area, anchor=[True] * COUNT + [False] * len(rows), **given)


ALONE = analyze(with_second(rows=[], later_min=0, share=1), SETTINGS).rows


@pytest.mark.parametrize("second", ["[M-H]-", "[M+HCOO]-", "[M-3H]3-"])
def test_a_second_adduct_keeps_the_call_and_changes_nothing_else(second: str) -> None:
    rows = range(COUNT)
    table = with_second(rows=rows, later_min=0.001, share=0.25, adduct=("[M-2H]2-", second))

    found = analyze(table, SETTINGS).rows

    first, others = found.head(COUNT), found.tail(COUNT)
    assert first.select(COLUMNS).equals(ALONE.select(COLUMNS))
    assert others["call"].to_list() == ALONE["call"].to_list()
    assert others["ion_group"].to_list() == [row + 1 for row in rows]
    assert first["ion_group"].to_list() == [row + 1 for row in rows]
    assert all(f"({second}) of the species of row" in reason for reason in others["reason"])
    assert (others["rt_min"] - others["residual_min"]).to_list() == pytest.approx(
        others["predicted_rt_min"].to_list()
    )


def test_the_volume_of_all_ions_is_counted_once() -> None:
    table = with_second(rows=[0], later_min=0.001, share=0.25, adduct=("[M-2H]2-", "[M-H]-"))

    found = analyze(table, SETTINGS).rows

    assert found["consolidated_volume"][0] == pytest.approx(1.25e6)
    assert found["consolidated_volume"][-1] is None
    assert found["consolidated_volume"].sum() == pytest.approx(found["peak_area"].sum())


def test_an_override_of_the_main_ion_gives_the_other_its_own_volume() -> None:
    table = with_second(rows=[0], later_min=0.001, share=0.25, adduct=("[M-2H]2-", "[M-H]-"))
    found = analyze(table, SETTINGS).rows

    after = with_calls(found, [Override(row=1, reason="No.", call="invalid")])

    assert after["consolidated_volume"][0] is None
    assert after["consolidated_volume"][-1] == pytest.approx(0.25e6)


def test_one_spelling_of_an_ion_is_no_second_ion() -> None:
    table = with_second(rows=[0], later_min=0.01, share=0.25, adduct=("[M+HCOO]-", "[M+FA-H]-"))

    found = analyze(table, SETTINGS).rows

    assert found["ion_group"].null_count() == found.height
    of_name = found.filter(pl.col("name") == BASE[0][0])
    assert of_name["call"].to_list().count("true") == 1


def test_an_ion_that_does_not_elute_with_the_species_is_a_rival() -> None:
    table = with_second(rows=[0], later_min=0.3, share=0.25, adduct=("[M-2H]2-", "[M-H]-"))

    found = analyze(table, SETTINGS).rows

    assert found["call"][0] == "true"
    assert found["call"][-1] == "outlier"
    assert found["ion_group"].null_count() == found.height


def test_a_row_whose_ion_is_not_known_stays_a_rival() -> None:
    table = with_second(rows=[0], later_min=0.002, share=0.25, adduct=("[M-2H]2-", None))

    found = analyze(table, SETTINGS).rows

    of_name = found.filter(pl.col("name") == BASE[0][0])
    assert of_name["call"].to_list().count("true") == 1


def test_an_isotope_is_reported_as_that_of_its_row_even_if_it_is_larger() -> None:
    table = with_second(rows=[2], later_min=0.0, share=1.4, isotope_label=(None, "M+1"))

    found = analyze(table, SETTINGS).rows

    assert found["ion_group"][-1] == 3
    assert "isotope M+1" in found["reason"][-1]
    assert found.head(COUNT).select(COLUMNS).equals(ALONE.select(COLUMNS))


def test_a_labelled_standard_is_set_apart_and_changes_no_call() -> None:
    rows = range(COUNT)
    table = with_second(rows=rows, later_min=0.05, share=20, isotope_label=(None, "heavy"))

    found = analyze(table, SETTINGS).rows

    assert found.head(COUNT).select(COLUMNS).equals(ALONE.select(COLUMNS))
    standards = found.tail(COUNT)
    assert set(standards["call"]) == {"invalid"}
    assert set(standards["set_apart"]) == {"standard"}
    assert standards["consolidated_volume"].null_count() == COUNT
    assert all("labelled (heavy): a standard" in reason for reason in standards["reason"])


def with_samples(area_in_blank: float, **settings: float) -> pl.DataFrame:
    """A sample with ``BASE`` and a blank with its first species."""
    table = peaks(
        [*BASE, BASE[0]],
        sample=["s1"] * COUNT + ["b1"],
        sample_role=["sample"] * COUNT + ["blank"],
        peak_area=[1e6] * COUNT + [area_in_blank],
        anchor=[True] * COUNT + [True],
    )
    return analyze(table, AnalysisSettings(**settings)).rows  # type: ignore[arg-type]


def test_a_peak_of_a_blank_is_background_and_never_true() -> None:
    found = with_samples(1e3)

    assert found["call"][-1] == "outlier"
    assert "blank: background" in found["reason"][-1]
    assert found.head(COUNT).select(COLUMNS).equals(ALONE.select(COLUMNS))


@pytest.mark.parametrize(
    ("in_blank", "call", "most"),
    [(3.2e5, "true", 1.0), (3.4e5, "ambiguous", 0.5), (1.0e6, "outlier", 0.1)],
)
def test_a_species_not_above_its_blank_says_so(in_blank: float, call: str, most: float) -> None:
    found = with_samples(in_blank)

    assert found["call"][0] == call
    assert found["confidence"][0] <= most
    assert ("times the area of the same peak in a blank" in found["reason"][0]) == (call != "true")


def test_the_blank_factor_is_a_setting() -> None:
    assert with_samples(3.4e5, blank_factor=2.0)["call"][0] == "true"
    assert with_samples(1.2e5, blank_factor=10.0)["call"][0] == "ambiguous"


def test_qc_and_standard_samples_are_judged_and_marked() -> None:
    rows = called(
        BASE * 2,
        sample=["s1"] * COUNT + ["q1"] * COUNT,
        sample_role=["sample"] * COUNT + ["qc"] * COUNT,
    )

    assert rows["call"].head(COUNT).to_list() == rows["call"].tail(COUNT).to_list()
    assert set(rows["sample_role"].tail(COUNT)) == {"qc"}


def test_a_table_of_blanks_alone_is_refused_with_what_to_do() -> None:
    with pytest.raises(PeakTableError, match="blanks or labelled standards"):
        called(BASE, sample_role=["blank"] * COUNT)


def test_evidence_is_weighed_and_kept() -> None:
    def first(level: str | None) -> dict[str, object]:
        rows = [*BASE[:-1], (BASE[-1][0], BASE[-1][1] + 0.05)]
        return called(rows, evidence=[None] * (COUNT - 1) + [level]).row(-1, named=True)

    by_level = {level: first(level) for level in (None, "MS/MS", "low score", "mass alone")}

    assert [each["evidence_level"] for each in by_level.values()] == list(by_level)
    confidence = [float(str(each["confidence"])) for each in by_level.values()]
    assert confidence[0] == confidence[1] > confidence[2] > confidence[3] > 0.2


def test_a_species_has_the_best_evidence_of_its_ions() -> None:
    table = with_second(
        rows=[0],
        later_min=0.001,
        share=0.25,
        adduct=("[M-2H]2-", "[M-H]-"),
        evidence=("mass alone", "MS/MS"),
    )

    prior = prepare(table, SETTINGS).arrays.log_prior

    assert prior is not None
    assert prior[0] == 0
    assert (prior[1:] < 0).all()


def test_the_order_of_rows_changes_no_call_of_ions_and_blanks() -> None:
    table = with_second(
        rows=range(COUNT),
        later_min=0.002,
        share=1.0,
        adduct=("[M-2H]2-", "[M-H]-"),
        evidence=("mass alone", "MS/MS"),
    )
    shuffled = table.sample(fraction=1.0, shuffle=True, seed=3)

    rows = analyze(
        shuffled.with_columns(row=pl.int_range(1, pl.len() + 1, dtype=pl.UInt32)), SETTINGS
    )

    by_row = dict(zip(shuffled["row"], rows.rows["call"], strict=True))
    assert [by_row[row] for row in table["row"]] == analyze(table, SETTINGS).rows["call"].to_list()


def test_the_example_with_a_second_adduct_keeps_every_call() -> None:
    example = example_table()
    rows = list(example.select("Name", "RT").iter_rows())
    second = [(name, rt + 0.002) for name, rt in rows[::3]]
    plain = peaks(rows, peak_area=example["Volume"], anchor=example["Anchor"] == "T")
    table = peaks(
        rows + second,
        peak_area=[*(1.0 * example["Volume"]), *(0.2 * example["Volume"][::3])],
        anchor=[*(example["Anchor"] == "T"), *[False] * len(second)],
        adduct=["[M-2H]2-"] * len(rows) + ["[M-H]-"] * len(second),
    )

    alone, both = analyze(plain, SETTINGS).rows, analyze(table, SETTINGS).rows

    assert both["call"].head(len(rows)).to_list() == alone["call"].to_list()
    ions = both.tail(len(second)).join(both, left_on="ion_group", right_on="row", suffix="_main")
    assert ions.height == len(second)
    assert (ions["call"] == ions["call_main"]).all()
    assert (ions["name"] == ions["name_main"]).all()


def test_a_second_ion_whose_mass_contradicts_its_label_is_no_ion_of_the_species() -> None:
    adduct = {name: parse_adduct(name) for name in ("[M-2H]2-", "[M-H]-")}

    def mz(name: str, ion: str) -> float:
        parsed = adduct[ion]
        assert parsed
        return parsed.mz(mass_da(parse_species(name)))

    names = [name for name, _ in BASE]
    table = with_second(
        rows=range(COUNT), later_min=0.001, share=0.25, adduct=("[M-2H]2-", "[M-H]-")
    )
    right = [mz(name, "[M-2H]2-") for name in names] + [mz(name, "[M-H]-") for name in names]
    wrong = [*right[:-1], right[-1] + 5.0]

    found = analyze(table.with_columns(mz=pl.Series(wrong)), SETTINGS).rows

    assert found["ion_group"][-2] == COUNT - 1
    assert found["ion_group"][-1] is None
    assert found["call"][-1] == "outlier"
    errors = found["mass_error_ppm"].abs().to_list()
    assert errors[-1] > 1000
    assert max(errors[:-1]) < 1


def test_molecules_of_one_sum_composition_are_no_rivals() -> None:
    both = ["GM3 18:1;O2/18:0", "GM3(d16:1/20:0)"]
    one = ["GM3 18:1;O2/18:0", "GM3(d18:1/18:0)"]
    others = [row for row in BASE if row[0] != "GM3(36:1;O2)"]

    def true_rows(names: list[str]) -> int:
        found = called([*others, (names[0], 10.6), (names[1], 10.62)])
        assert found["species"].tail(2).to_list() == ["GM3(36:1;O2)"] * 2
        return found["call"].tail(2).to_list().count("true")

    assert true_rows(both) == 2
    assert true_rows(one) == 1


def test_a_standard_by_its_name_is_set_apart() -> None:
    found = called([*BASE, ("GM3 (d18:1/18:0)-d5", 10.6)])

    assert (found["call"][-1], found["set_apart"][-1]) == ("invalid", "standard")
    assert "standard" in found["reason"][-1]


def test_standards_are_counted_in_a_warning_and_are_no_anchors() -> None:
    rows = [*BASE, ("GM3 (d18:1/18:0)-d5", 16.6), ("GM1(d18:1/18:0)-d3", 17.1)]
    table = peaks(rows, anchor=[False] * COUNT + [True, True])
    analysis = analyze(table, SETTINGS)
    warning = next(each for each in analysis.warnings if each.code == "standards")
    assert warning.message.startswith("2 rows are standards")
    assert warning.rows == (COUNT + 1, COUNT + 2)
    without = analyze(peaks(BASE, anchor=[False] * COUNT), SETTINGS).rows
    assert analysis.rows.head(COUNT).select(COLUMNS).equals(without.select(COLUMNS))
    assert analysis.models["anchors"].sum() == 0


def test_a_species_without_rival_is_not_said_to_have_one() -> None:
    """Two species with one area each say too little, and a labelled twin is no rival."""
    rows = [("GM3 36:1;O2", 10.6), ("GM3 36:1;O2", 10.6), ("GD3 36:1;O2", 10.1)]
    table = peaks(
        rows,
        peak_area=[5000.0, 99000.0, 700.0],
        isotope_label=[None, "heavy", None],
        anchor=[False] * 3,
    )
    found = analyze(table, SETTINGS).rows
    assert not any("another peak of the name" in reason for reason in found["reason"])
    assert found["call"][1] == "invalid"
