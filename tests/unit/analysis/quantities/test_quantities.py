"""Quantities: areas counted once, isotopes corrected, amounts by standards, shares of the whole."""

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from app.analysis.example.example_table import example_table
from app.analysis.names.grammar import parse_species
from app.analysis.names.masses import log_second_isotope
from app.analysis.names.name_table import parse_names
from app.analysis.quantities import species as species_of_rows
from app.analysis.quantities.isotopes import isotope_shares, mono_share_of_standard
from app.analysis.quantities.notes import notes
from app.analysis.quantities.species import QUANTITY_SCHEMA, Quantities, quantities
from app.analysis.quantities.standards import (
    Standard,
    StandardError,
    check_standards,
    parse_standard,
)
from app.analysis.quantities.totals import LEVELS, totals
from tests.unit.analysis.quantities.result_rows import result_rows
from tests.unit.analysis.tables import called

GM3, GM1 = "GM3(36:1;O2)", "GM1(36:1;O2)"
# The share of molecules without heavy isotopes, atom by atom (C59H108N2O21 is GM3 36:1;O2).
LIGHT = {"C": 0.98930, "H": 0.999885, "N": 0.996337, "O": 0.997567}


def one(found: Quantities, species: str, column: str, sample: str = "A") -> object:
    lines = found.species.filter(pl.col("species") == species, pl.col("sample") == sample)
    assert lines.height == 1
    return lines.row(0, named=True)[column]


def test_monoisotopic_and_second_isotope_follow_from_the_abundances_of_the_elements() -> None:
    shares = isotope_shares([GM3, "GQ1(36:1;O2)"])

    by_hand = LIGHT["C"] ** 59 * LIGHT["H"] ** 108 * LIGHT["N"] ** 2 * LIGHT["O"] ** 21
    assert shares["mono_share"][0] == pytest.approx(by_hand, rel=0.01)
    ratio = (shares["second_share"] / shares["mono_share"]).to_list()
    expected = 10 ** log_second_isotope(parse_names([GM3, "GQ1(36:1;O2)"]))
    assert ratio == pytest.approx(expected.tolist(), rel=0.02)


def test_labelled_atoms_have_no_natural_isotopes() -> None:
    species = parse_species(GM3)
    natural, deuterated, with_13c = (
        mono_share_of_standard(species, label) or 0 for label in ("", "d3", "13C6")
    )

    assert natural == isotope_shares([GM3])["mono_share"][0]
    assert deuterated == pytest.approx(natural / LIGHT["H"] ** 3, rel=1e-4)
    assert with_13c == pytest.approx(natural / LIGHT["C"] ** 6, rel=1e-3)
    assert mono_share_of_standard(species, "heavy") is None
    assert mono_share_of_standard(species, "d900") is None


def test_each_area_is_counted_once_with_fragments_ions_and_isotopes() -> None:
    rows = result_rows(
        {"name": GM1},
        {"name": GM3, "call": "fragment", "parent_row": 1, "peak_area": 2e5},
        {"name": "GM1(38:4;O2)", "call": "outlier", "ion": "sodium adduct", "parent_row": 1}
        | {"peak_area": 1e5},
        {"name": "GM1(36:0;O2)", "call": "outlier", "ion": "second isotope", "parent_row": 1}
        | {"peak_area": 4e5},
    )
    shares = dict(isotope_shares([GM1, GM3]).select("species", "mono_share").iter_rows())

    found = quantities(rows)

    assert one(found, GM1, "area") == 1.7e6
    # The theory counts the isotopes, so the area of one is not added to them.
    expected = 1.1e6 / shares[GM1] + 2e5 / shares[GM3]
    assert one(found, GM1, "total_area") == pytest.approx(expected)
    assert one(quantities(rows, corrects_isotopes=False), GM1, "total_area") == 1.7e6
    assert one(found, "GM1(36:0;O2)", "area") is None


def test_the_areas_of_a_real_analysis_are_its_consolidated_volumes() -> None:
    table = example_table()
    rows = called(
        list(table.select("Name", "RT").iter_rows()),
        peak_area=table["Volume"],
        anchor=table["Anchor"] == "T",
    )
    is_true = pl.col("call") == "true"

    found = quantities(rows)

    assert found.species.schema == pl.Schema(QUANTITY_SCHEMA)
    expected = rows.filter(is_true)["consolidated_volume"].sum()
    counted = found.species.filter(is_true)
    assert counted["area"].sum() == pytest.approx(expected)
    assert counted["area_percent"].sum() == pytest.approx(100)
    for level in LEVELS:
        summed = totals(found.species, level)
        assert summed["area"].sum() == pytest.approx(expected)
        assert summed["area_percent"].sum() == pytest.approx(100)
        assert summed["species"].sum() == counted.height


def test_a_coeluting_isotope_is_taken_off_and_one_that_elutes_elsewhere_is_not() -> None:
    shares = isotope_shares(["GM3(36:2;O2)"]).row(0, named=True)
    added = 1e6 * shares["second_share"] / shares["mono_share"]
    rows = [{"name": "GM3(36:2;O2)", "rt_min": 9.0}, {"name": GM3, "rt_min": 9.05}]

    near = quantities(result_rows(*rows))
    apart = quantities(result_rows(rows[0], rows[1] | {"rt_min": 10.1}))

    assert one(near, GM3, "overlap_area") == pytest.approx(added)
    assert one(apart, GM3, "overlap_area") == 0
    assert any("GM3(36:1;O2), 26.5 % of its area" in note for note in notes(near))
    assert any("nothing was taken off" in note for note in notes(apart))
    tiny = quantities(result_rows(rows[0], rows[1] | {"peak_area": 10.0}))
    assert one(tiny, GM3, "total_area") == 0


def test_a_standard_gives_the_amounts_of_its_class_in_its_sample() -> None:
    rows = result_rows(
        {"name": GM3, "peak_area": 3e6},
        {"name": GM1},
        {"name": "GM3(36:1;O2)-d3", "peak_area": 1e6},
        {"name": GM3, "sample": "B", "peak_area": 5e6},
    )
    standard = parse_standard("GM3(36:1;O2)-d3 = 50")

    found = quantities(rows, [standard])

    assert one(found, GM3, "pmol") == pytest.approx(150, rel=0.001)
    assert one(found, GM3, "standards") == ["GM3(36:1;O2)-d3"]
    assert one(found, GM1, "pmol") is None
    assert one(found, GM1, "mol_percent") is None
    assert one(found, GM3, "pmol", sample="B") is None
    by_category = totals(found.species, "category").row(0, named=True)
    assert (by_category["pmol"], by_category["without_pmol"]) == (None, 1)
    said = " ".join(notes(found))
    assert "No standard with an amount: GM1." in said
    assert "mol % is the share among GM3 alone" in said
    assert "The standard of GM3 is missing in some samples" in said
    assert "GM3(36:1;O2)-d3" not in found.species["species"]


def test_an_entered_standard_without_a_label_is_no_species_of_the_sample() -> None:
    rows = result_rows({"name": GM3}, {"name": "GM3(30:1;O2)", "peak_area": 5e5})
    found = quantities(rows, [Standard(name="GM3(30:1;O2)", pmol=10)], corrects_isotopes=False)

    assert found.species["species"].to_list() == [GM3]
    assert one(found, GM3, "pmol") == pytest.approx(20)
    assert one(found, GM3, "mol_percent") == pytest.approx(100)
    assert any("GM3(30:1;O2) is a standard because you entered it" in note for note in notes(found))
    marked = quantities(rows, [parse_standard("GM3(30:1;O2) =")])
    assert one(marked, GM3, "area_percent") == 100
    assert one(marked, GM3, "pmol") is None
    assert totals(marked.species, "class")["species"].to_list() == [1]


def test_a_class_borrows_the_standard_of_another_only_where_that_is_entered() -> None:
    rows = result_rows({"name": GM1}, {"name": "GM3-d3"})
    unknown = quantities(rows, [parse_standard("GM3-d3 = 5")], corrects_isotopes=False)
    borrowed = quantities(rows, [parse_standard("GM3-d3 = 5 for GM1")], corrects_isotopes=False)

    assert one(unknown, GM1, "pmol") is None
    assert any("not known which class GM3-d3 stands for" in note for note in notes(unknown))
    assert one(borrowed, GM1, "pmol") == pytest.approx(5)
    assert any("GM1 is measured against GM3-d3, as entered" in note for note in notes(borrowed))


def test_ions_of_a_standard_are_added_and_its_second_peaks_are_not() -> None:
    label = {"name": "GM3(36:1;O2)-d3"}
    rows = result_rows(
        {"name": GM3},
        label | {"adduct": "[M-H]-", "peak_area": 3e5},
        label | {"adduct": "[M-H]-", "peak_area": 1e4},
        label | {"adduct": "[M-2H]2-", "peak_area": 2e5},
        label | {"adduct": "[M-H]-", "isotope_label": "M+1", "peak_area": 9e5},
    )
    found = quantities(rows, [parse_standard("GM3(36:1;O2)-d3 = 1")])

    assert found.standards["area"].to_list() == [5e5]


def test_only_true_species_count_and_the_best_call_of_each_is_given() -> None:
    rows = result_rows(
        {"name": GM3, "isomer": "a"},
        {"name": GM3, "call": "outlier"},
        {"name": GM1, "call": "outlier"},
        {"name": "GM2(36:1;O2)", "call": "ambiguous"},
        {"name": "GM4(36:1;O2)", "peak_area": None},
    )
    found = quantities(rows)

    assert one(found, GM3, "rows") == [1]
    assert one(found, GM1, "call") == "outlier"
    assert one(found, GM1, "area") is None
    assert one(found, "GM2(36:1;O2)", "area") == 1e6
    assert one(found, "GM2(36:1;O2)", "area_percent") is None
    assert one(found, "GM4(36:1;O2)", "area") is None
    assert one(found, GM3, "area_percent") == 100
    said = " ".join(notes(found))
    assert "Not counted: 1 ambiguous species" in said
    assert "Not counted: 1 confirmed species without a peak area" in said


def test_isomers_of_a_class_are_added_up_apart() -> None:
    """So that a page answers how much GD1a there is."""
    rows = result_rows(
        {"name": "GD1(36:1;O2)", "isomer": "a"},
        {"name": "GD1(38:1;O2)", "isomer": "a"},
        {"name": "GD1(36:1;O2)", "isomer": "b"},
        {"name": "GD1+OAc(36:1;O2)", "isomer": "a"},
        {"name": "GQ1(36:1;O2)", "isomer": "early"},
        {"name": GM1, "isomer": None},
    )
    found = quantities(rows, corrects_isotopes=False)
    summed = totals(found.species, "isomer").select("group", "species", "area").rows()
    assert summed == [
        ("GD1+OAc a", 1, 1e6),
        ("GD1a", 2, 2e6),
        ("GD1b", 1, 1e6),
        ("GM1", 1, 1e6),
        ("GQ1 early", 1, 1e6),
    ]


def test_a_table_without_areas_or_rows_has_no_quantities_and_says_so() -> None:
    for rows in (result_rows({"name": GM3, "peak_area": None}), result_rows({"name": GM3}).clear()):
        found = quantities(rows)
        assert notes(found) == ["No confirmed row has a peak area, so there are no quantities."]
        assert totals(found.species, "class")["area_percent"].sum() == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GM3-d3 = 50", Standard(name="GM3-d3", pmol=50)),
        (" GM3(d18:1/16:0)-d3=0.5 pmol ", Standard(name="GM3(d18:1/16:0)-d3", pmol=0.5)),
        ("GM1-d3 = 1e2 for GM1,GD1", Standard(name="GM1-d3", pmol=100, classes=("GM1", "GD1"))),
        ("a = b = 5", Standard(name="a = b", pmol=5)),
        ("GM3(30:1;O2) =", Standard(name="GM3(30:1;O2)", pmol=None)),
        ("GM3-d3= for GM1", Standard(name="GM3-d3", pmol=None, classes=("GM1",))),
    ],
)
def test_the_amount_of_a_standard_is_read(text: str, expected: Standard) -> None:
    assert parse_standard(text) == expected
    assert parse_standard(str(expected)) == expected


@pytest.mark.parametrize(
    "text", ["", "GM3-d3", "= 5", "GM3 = 1,5", "GM3 = 0", "GM3 = -1", "GM3 = nan", "GM3 = inf"]
)
def test_an_amount_that_cannot_be_read_says_what_to_write(text: str) -> None:
    with pytest.raises(StandardError, match=r"Write its name in the table|decimal point"):
        parse_standard(text)


def test_a_standard_has_one_amount() -> None:
    twice = [Standard(name="GM3-d3", pmol=amount) for amount in (1, 2)]
    with pytest.raises(StandardError, match="GM3-d3 has two amounts"):
        check_standards(twice)


def test_blocks_of_samples_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = result_rows(
        *(
            {"name": name, "sample": sample}
            for sample in "CAB"
            for name in ("GM1(36:1;O2)", "GM3(36:1;O2)")
        ),
        {"name": "GM3-d3", "sample": "B"},
    )
    standards = [parse_standard("GM3-d3 = 5")]
    whole = quantities(rows, standards).species
    monkeypatch.setattr(species_of_rows, "BLOCK_ROWS", 3)
    assert_frame_equal(quantities(rows, standards).species, whole)
    assert whole["sample"].to_list() == ["A", "A", "B", "B", "C", "C"]
