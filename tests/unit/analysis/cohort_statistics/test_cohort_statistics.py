"""The statistics of a cohort, compared with SciPy's own tests and the engine's alignment."""

import numpy as np
import polars as pl
import pytest
from scipy import stats

from app.analysis.cohort_statistics.cells import (
    INCOMPLETE,
    MEANINGS,
    NO_AMOUNT,
    NO_PEAK,
    STATES,
    cells,
)
from app.analysis.cohort_statistics.comparison import TESTS, compare_groups
from app.analysis.cohort_statistics.groups import chosen_groups, members, suggested_groups
from app.analysis.cohort_statistics.incomplete import missing_members
from app.analysis.cohort_statistics.levels import of_level
from app.analysis.cohort_statistics.measures import (
    AREA,
    CALL,
    MEASURES,
    MOL_PERCENT,
    PMOL,
    SHARE,
    UNITS,
    measured,
    with_incomplete,
)
from app.analysis.cohort_statistics.replicates import group_means
from app.analysis.cohort_statistics.samples import composition, drift, samples
from app.analysis.pipeline import analyze
from app.analysis.quantities.species import quantities
from app.analysis.quantities.totals import totals
from app.analysis.reporting.result import ROW_SCHEMA
from tests.unit.analysis.tables import SETTINGS, initial_state, peaks, prefix_rows


def rows(*lines: dict[str, object]) -> pl.LazyFrame:
    usual = {"sample": "A", "species": "X", "prefix": "GM3", "call": "true"}
    filled = [usual | {"consolidated_volume": it.get("peak_area")} | it for it in lines]
    return pl.DataFrame(filled, schema=ROW_SCHEMA).lazy()


def test_missing_values_are_distinguished_and_none_is_taken_for_zero() -> None:
    found = cells(
        rows(
            {"sample": "A", "peak_area": 2.0},
            {"sample": "A", "peak_area": 3.0},
            {"sample": "A", "peak_area": 9.0, "call": "outlier"},
            {"sample": "B", "peak_area": 7.0, "call": "outlier"},
            {"sample": "C", "call": "invalid"},
            {"sample": "D", "peak_area": 7.0, "call": "invalid", "consolidated_volume": None},
            {"sample": "E", "peak_area": 4.0, "call": "outlier", "set_apart": "blank"},
            {"sample": "F", "peak_area": 4.0, "call": "fragment", "consolidated_volume": None},
            {"sample": "G", "peak_area": 4.0, "species": None, "call": "invalid"},
            {"sample": "H", "peak_area": 4.0, "call": "invalid", "set_apart": "standard"},
        )
    )
    assert found.select("sample", "state", "area").rows() == [
        ("A", "true", 5.0),
        ("B", "outlier", None),
        ("C", "no area", None),
        ("D", "invalid", None),
        ("E", "blank", 4.0),
        ("F", "fragment", None),
        ("H", "standard", None),
    ]
    assert MEANINGS.keys() == {*STATES, NO_PEAK, NO_AMOUNT, INCOMPLETE}


def test_a_share_is_of_the_true_species_of_its_sample_and_an_area_is_never_normalised() -> None:
    found = cells(
        rows(
            {"peak_area": 30.0},
            {"species": "Y", "peak_area": 10.0},
            {"species": "Z", "peak_area": 60.0, "call": "outlier"},
        )
    )
    assert measured(found, SHARE)["value"].to_list() == [75.0, 25.0, None]
    assert measured(found, AREA)["value"].to_list() == [30.0, 10.0, None]
    assert measured(found, CALL)["value"].to_list() == [None, None, None]
    assert MEASURES.keys() == UNITS.keys()


def test_amounts_are_summed_over_isomers_and_what_is_missing_is_distinguished() -> None:
    found = cells(
        rows(
            {"peak_area": 30.0},
            {"peak_area": 10.0},
            {"species": "Y", "peak_area": 10.0},
            {"species": "Z"},
            {"species": "W", "peak_area": 60.0, "call": "outlier"},
            {"sample": "B", "peak_area": 5.0, "call": "outlier", "set_apart": "blank"},
        )
    )
    amounts = pl.DataFrame(
        [
            ("A", "X", "true", 30.0, 3.0, 75.0),
            ("A", "X", "true", 10.0, 1.0, 25.0),
            ("A", "Y", "true", 10.0, None, None),
            ("A", "Z", "true", None, None, None),
            ("A", "W", "ambiguous", 60.0, 6.0, None),
        ],
        schema=["sample", "species", "call", "total_area", "pmol", "mol_percent"],
        orient="row",
    )
    pmol = measured(found, PMOL, amounts).sort("sample", "species")
    assert pmol.select("species", "state", "value").rows() == [
        ("W", "outlier", None),
        ("X", "true", 4.0),
        ("Y", "no amount", None),
        ("Z", "no area", None),
        ("X", "blank", None),
    ]
    assert measured(found, MOL_PERCENT, amounts)["value"].drop_nulls().to_list() == [100.0]


MAIN, SIDE, TINY = "GM1(36:1;O2)", "GM1(38:1;O2)", "GM1(32:1;O2)"


def lipid(sample: str, species: str, area: float, **more: object) -> dict[str, object]:
    prefix = species.split("(")[0]
    return {"sample": sample, "species": species, "prefix": prefix, "peak_area": area} | more


def test_a_sum_that_lacks_what_other_samples_have_names_it_and_is_not_taken_for_a_value() -> None:
    """The main species is not confirmed in B, a tiny one has no peak in C: only B is incomplete."""
    table = rows(
        *(lipid("A", name, area) for name, area in ((MAIN, 90.0), (SIDE, 9.0), (TINY, 1.0))),
        *(lipid("B", name, area) for name, area in ((SIDE, 9.0), (TINY, 1.0))),
        lipid("B", MAIN, 80.0, call="outlier"),
        *(lipid("C", name, area) for name, area in ((MAIN, 90.0), (SIDE, 9.0))),
        lipid("Blank", MAIN, 80.0, call="outlier", set_apart="blank"),
    )
    missing = missing_members(table, "class")
    assert missing.rows() == [("GM1", "B", [MAIN])]
    found = with_incomplete(measured(cells(of_level(table, "class")), AREA), missing)
    assert found.select("sample", "state", "value", "missing").rows() == [
        ("A", "true", 100.0, None),
        ("B", "incomplete", 10.0, [MAIN]),
        ("Blank", "blank", 80.0, None),
        ("C", "true", 99.0, None),
    ]
    assert missing_members(table, "species").is_empty()
    (mean,) = group_means(found, {"all": ["A", "B", "C"]}).to_dicts()
    assert (mean["n"], mean["of"], mean["mean"]) == (2, 3, 99.5)


def test_many_small_members_that_are_missing_together_make_a_sum_incomplete() -> None:
    small = [f"GM1({carbons}:1;O2)" for carbons in range(40, 50)]
    table = rows(
        *(lipid(sample, MAIN, 90.0) for sample in ("A", "B")),
        *(lipid("A", name, 1.0) for name in small),
    )
    (found,) = missing_members(table, "class").to_dicts()
    assert (found["sample"], found["missing"]) == ("B", small)


def test_a_species_that_lacks_an_isomer_is_an_incomplete_sum() -> None:
    name = "GD1(34:1;O2)"
    both = [lipid("A", name, 6.0, isomer="a"), lipid("A", name, 4.0, isomer="b")]
    one = lipid("B", name, 4.0, isomer="b")
    missing = missing_members(rows(*both, one), "species")
    assert missing.rows() == [(name, "B", ["GD1a(34:1;O2)"])]
    # Where isomers are not told apart in a sample, its sum may have both.
    assert missing_members(rows(*both, one | {"isomer": None}), "species").is_empty()


def test_isomers_have_a_line_each_and_a_row_that_may_be_either_stands_in_both() -> None:
    name = "GD1(34:1;O2)"
    table = rows(
        lipid("A", name, 6.0, isomer="a"),
        lipid("A", name, 4.0, isomer="b"),
        lipid("B", name, 5.0, isomer="a"),
        lipid("B", name, 9.0, call="outlier"),
        lipid("C", name, 9.0, call="ambiguous", isomer="a"),
        lipid("D", name, 9.0, call="outlier", isomer="c"),
        lipid("A", MAIN, 1.0),
        {"peak_area": 1.0, "species": None, "prefix": None, "call": "invalid"},
    )
    found = cells(of_level(table, "isomer")).select("species", "sample", "state", "area")
    early, late = "GD1a(34:1;O2)", "GD1b(34:1;O2)"
    assert found.rows() == [
        *((early, "A", "true", 6.0), (early, "B", "true", 5.0), (early, "C", "ambiguous", None)),
        (early, "D", "outlier", None),
        *((late, "A", "true", 4.0), (late, "B", "outlier", None), (late, "D", "outlier", None)),
        (MAIN, "A", "true", 1.0),
    ]
    assert missing_members(table, "isomer").is_empty()
    is_open = pl.concat([table, rows(lipid("E", name, 2.0))])
    lines = cells(of_level(is_open, "isomer"))["species"].unique().sort()
    assert lines.to_list() == [name, MAIN]


@pytest.mark.parametrize("letters", [[None], [None, "a"], [None, "a", "b"]])
@pytest.mark.parametrize("other", [None, "a", "c"])
def test_rows_of_a_species_without_a_letter_stay_in_its_line(
    letters: list[str | None], other: str | None
) -> None:
    name = "GM3(36:1;O2)"
    table = rows(
        *(lipid("A", name, 5.0, isomer=letter) for letter in letters),
        lipid("B", name, 9.0, call="ambiguous", isomer=other),
        lipid("C", name, 9.0, call="outlier", isomer=other),
        lipid("Blank", name, 4.0, call="outlier", set_apart="blank", isomer=other),
    )
    named = of_level(table, "isomer")
    found = cells(named).select("species", "sample", "state", "area")
    assert found.rows() == [
        (name, "A", "true", 5.0 * len(letters)),
        (name, "B", "ambiguous", None),
        (name, "Blank", "blank", 4.0),
        (name, "C", "outlier", None),
    ]
    assert named.collect().height == table.collect().height


def test_a_total_of_quantities_names_what_it_lacks() -> None:
    early, late = ({"isomer": letter, "carbons": 34} for letter in "ab")
    table = rows(
        *(lipid("A", name, area) for name, area in ((MAIN, 90.0), (SIDE, 9.0), (TINY, 1.0))),
        *(lipid("B", name, area) for name, area in ((SIDE, 9.0), (TINY, 1.0))),
        *(lipid("A", f"GD1({of})", 6.0, **early) for of in ("34:1;O2", "34:2;O2")),
        *(lipid("A", f"GD1({of})", 4.0, **late) for of in ("34:1;O2", "34:2;O2")),
        lipid("B", "GD1(34:1;O2)", 6.0, **early),
    )
    species = quantities(table.collect(), corrects_isotopes=False).species

    def missing(level: str) -> set[tuple[str, str, tuple[str, ...]]]:
        incomplete = totals(species, level).drop_nulls("missing")
        wanted = incomplete.select("group", "sample", "missing")
        return {(group, sample, tuple(names)) for group, sample, names in wanted.iter_rows()}

    early_34_2 = "GD1a(34:2;O2)"
    late_too = ("GD1b(34:1;O2)", "GD1b(34:2;O2)")
    assert missing("isomer") == {("GM1", "B", (MAIN,)), ("GD1a", "B", (early_34_2,))}
    assert missing("class") == {("GM1", "B", (MAIN,)), ("GD1", "B", (early_34_2, *late_too))}
    assert missing("species") == {("GD1(34:1;O2)", "B", ("GD1b(34:1;O2)",))}
    assert ("34", "B") in {of[:2] for of in missing("carbons")}


def test_samples_have_counts_totals_and_composition() -> None:
    table = rows(
        {"peak_area": 3.0, "rt_min": 1.0},
        {"peak_area": 1.0, "species": "Y", "prefix": "GD1", "rt_min": 2.0},
        {"sample": "QC1", "sample_role": "qc", "peak_area": 5.0, "call": "outlier"},
    )
    found = samples(table)
    joined = ["sample", "role", "rows", "true", "outlier", "species", "true_area"]
    assert found.select(joined).rows() == [
        ("A", "sample", 2, 2, 0, 2, 4.0),
        ("QC1", "qc", 1, 0, 1, 0, 0.0),
    ]
    assert composition(table).rows() == [("A", "GD1", 1.0, 25.0), ("A", "GM3", 3.0, 75.0)]


def test_drift_is_that_of_the_alignment() -> None:
    names = prefix_rows("GM3", 10.6) + prefix_rows("GM1", 10.1)
    shifts = {"A": 0.0, "B": 0.3, "C": -0.1}
    table = [(name, rt + shift) for shift in shifts.values() for name, rt in names]
    owners = np.repeat(list(shifts), len(names))
    arrays = initial_state(table, sample=owners).arrays
    aligned = dict(zip(owners, arrays.rt_min - arrays.time_min, strict=True))

    found = drift(analyze(peaks(table, sample=owners), SETTINGS).rows.lazy())

    assert dict(found.rows()) == pytest.approx(aligned)
    assert aligned["B"] - aligned["A"] == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("roles", "groups"),
    [
        ({"WT_1": "sample", "WT_2": "sample", "KO_1": "sample"}, ["WT", "WT", ""]),
        ({"WT-rep1": "sample", "WT-rep02": "sample"}, ["WT", "WT"]),
        ({"liver 1": "sample", "liver 2": "sample", "QC1": "qc", "QC2": "qc"}, None),
        ({"B1": "blank", "B2": "blank", "1": "sample", "2": "sample"}, ["", "", "", ""]),
    ],
)
def test_groups_are_suggested_by_names(roles: dict[str, str], groups: list[str] | None) -> None:
    expected = groups or ["liver", "liver", "QC", "QC"]
    assert list(suggested_groups(roles).values()) == expected


def test_groups_that_a_user_names_follow_the_order_of_the_samples() -> None:
    chosen = chosen_groups(["a", "b", "c", "d"], ["WT", " KO ", "WT"])
    assert members(chosen) == {"WT": ["a", "c"], "KO": ["b"]}


def table(values: dict[str, list[float | None]], states: str = "true") -> pl.DataFrame:
    """Cells with a value for each species and sample s0, s1, ...; None is no value."""
    found = [
        (species, f"s{number}", states if value is not None else "outlier", value)
        for species, row in values.items()
        for number, value in enumerate(row)
    ]
    schema = {"species": pl.String, "sample": pl.String, "state": pl.String, "value": pl.Float64}
    return pl.DataFrame(found, schema=schema, orient="row")


def test_means_leave_out_what_is_missing_and_a_cv_needs_three_values() -> None:
    found = group_means(
        table({"X": [1.0, 2.0, 3.0], "Y": [1.0, 3.0, None], "Z": [None] * 3}),
        {"QC": ["s0", "s1", "s2"]},
    )
    assert found.rows() == [
        ("X", "QC", 3, 3, 2.0, 1.0, 50.0),
        ("Y", "QC", 2, 3, 2.0, pytest.approx(2**0.5), None),
    ]
    assert group_means(table({"X": [1.0]}), {}).is_empty()


ONE, OTHER = ("s0", "s1", "s2", "s3"), ("s4", "s5", "s6", "s7")


def test_two_groups_are_tested_as_scipy_tests_them() -> None:
    values = np.random.default_rng(5).lognormal(3, 1, (20, 8))
    values[:, 4:] *= 3
    found = compare_groups(
        table({f"{n:02}": row.tolist() for n, row in enumerate(values)}), ONE, OTHER, ("A", "B")
    ).sort("species")
    by_scipy = stats.ttest_ind(
        np.log2(values[:, 4:]), np.log2(values[:, :4]), axis=1, equal_var=False
    )
    interval = by_scipy.confidence_interval(0.95)
    assert found["p"].to_numpy() == pytest.approx(by_scipy.pvalue)
    assert found["low"].to_numpy() == pytest.approx(interval.low)
    assert found["high"].to_numpy() == pytest.approx(interval.high)
    adjusted = stats.false_discovery_control(by_scipy.pvalue)
    assert found["adjusted_p"].to_numpy() == pytest.approx(adjusted)
    assert found["n_one"].to_list() == found["n_other"].to_list() == [4] * 20


def test_a_fold_change_and_hedges_g_are_those_worked_out_by_hand() -> None:
    # On log2: 1, 2, 3 and 3, 4, 5, so the means differ by 2 and both SDs are 1.
    values = table({"X": [2.0, 4.0, 8.0, None, 8.0, 16.0, 32.0, None]})
    (found,) = compare_groups(values, ONE, OTHER, ("A", "B")).to_dicts()
    assert found["log2_fold_change"] == pytest.approx(2)
    assert (found["mean_one"], found["mean_other"]) == pytest.approx((4, 16))
    assert found["hedges_g"] == pytest.approx(2 * 0.8)  # 1 - 3 / (4 * 4 - 1)
    assert found["p"] == pytest.approx(0.0705, abs=1e-4)  # t = 2.449 with 4 degrees of freedom


@pytest.mark.parametrize(
    ("values", "note"),
    [
        ([1, None, None, None, 2, 3, 4, 5], "n = 1 in A and 4 in B; a test needs 3 values in each"),
        (
            [1, 2, None, None, 2, 3, None, None],
            "n = 2 in A and 2 in B; a test needs 3 values in each",
        ),
        ([1, 2, 3, 4, None, None, None, None], "only in A, n = 4"),
        ([None, None, None, None, 1, 2, 3, 4], "only in B, n = 4"),
        ([1, 1, 1, 1, 2, 2, 2, 2], "all values within each group are equal"),
    ],
)
def test_what_cannot_be_tested_says_why_and_has_no_p(values: list[float | None], note: str) -> None:
    (found,) = compare_groups(table({"X": values}), ONE, OTHER, ("A", "B")).to_dicts()
    assert found["note"].startswith(note)
    assert [found[name] for name in TESTS] == [None] * len(TESTS)


@pytest.mark.parametrize(
    ("whole", "tested", "note"),
    [
        (4, 1, ""),
        (
            3,
            0,
            "n = 2 in A and 4 in B; a test needs 3 values in each; incomplete sums left out: "
            "1 in A and 0 in B",
        ),
    ],
)
def test_incomplete_sums_are_left_out_of_a_test_and_counted(
    whole: int, tested: int, note: str
) -> None:
    """The incomplete sum is 0.1, which would halve the mean or more."""
    values = table({"X": [1.0, 2, 4, 2][:whole] + [None] * (4 - whole) + [2, 4, 2, 2.5]})
    is_lacking = (pl.col("sample") == "s2") & (pl.col("species") == "X")
    values = values.with_columns(
        state=pl.when(is_lacking).then(pl.lit(INCOMPLETE)).otherwise("state"),
        value=pl.when(is_lacking).then(0.1).otherwise("value"),
    )
    (found,) = compare_groups(values, ONE, OTHER, ("A", "B")).to_dicts()
    assert (found["incomplete_one"], found["incomplete_other"]) == (1, 0)
    assert (found["n_one"], found["n_other"], found["note"]) == (whole - 1, 4, note)
    assert (found["p"] is not None) == bool(tested)
    expected = {4: 4 ** (1 / 3), 3: 2**0.5}[whole]
    assert found["mean_one"] == pytest.approx(expected)


def test_peaks_that_are_not_called_true_are_in_no_comparison() -> None:
    values = table({"X": [1.0, 2, 3, 4, 2, 3, 4, 5]}, states="outlier")
    assert compare_groups(values, ONE, OTHER, ("A", "B")).is_empty()
