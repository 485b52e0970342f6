import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis.names.grammar import SpeciesNameError, parse_species
from app.analysis.names.name_table import SPECIES_SCHEMA, add_species


@pytest.mark.parametrize(
    ("core", "sugars"),
    [
        *(("GM4", 2), ("GM3", 3), ("GM2", 4), ("GD3", 4), ("GM1", 5), ("GD2", 5), ("GT3", 5)),
        *(("GD1", 6), ("GT1", 7), ("GQ1", 8), ("GP1", 9), ("GA1", 4), ("GA2", 3)),
    ],
)
def test_a_core_has_its_sugars(core: str, sugars: int) -> None:
    species = parse_species(f"{core}(36:1;O2)")
    assert species.sugars == sugars == species.sialic + 5 - species.series
    assert species.hex + species.hexnac + species.neuac == sugars


@pytest.mark.parametrize(
    ("modification", "more_sugars"),
    [
        *(("+OAc", 0), ("+2OAc", 0), ("+dHex", 1), ("+Fuc", 1), ("+2Fuc", 2), ("+Hex", 1)),
        *(("+HexNAc", 1), ("+NeuGc", 1), ("+Hex+HexNAc+OAc", 2)),
    ],
)
def test_added_sugars_count_and_acetyl_groups_do_not(modification: str, more_sugars: int) -> None:
    assert parse_species(f"GD1{modification}(36:1;O2)").sugars == 6 + more_sugars


@pytest.mark.parametrize(
    ("written", "carbons", "double_bonds", "hydroxyls"),
    [
        ("GM3(36:1;O2)", 36, 1, 2),
        ("GM3 36:1;O2", 36, 1, 2),
        (" GM3 ( 36:1;O2 ) ", 36, 1, 2),
        ("GM3(d36:1)", 36, 1, 2),
        ("GM3(t36:0)", 36, 0, 3),
        ("GM3(m36:1)", 36, 1, 1),
        ("GM3(36:1;O)", 36, 1, 1),
        ("GM3(36:1;2O)", 36, 1, 2),
        ("GM3(36:1)", 36, 1, 2),
        ("GM3(d18:1/18:0)", 36, 1, 2),
        ("GM3 d18:1/18:0", 36, 1, 2),
        ("GM3 18:1;O2/18:0", 36, 1, 2),
        ("GM3 18:1;O2/24:1;O", 42, 2, 3),
        ("GM3(t18:0/24:0;O)", 42, 0, 4),
        ("GM3(18:1/24:1)", 42, 2, 2),
    ],
)
def test_every_notation_of_a_ceramide_is_summed(
    written: str, carbons: int, double_bonds: int, hydroxyls: int
) -> None:
    species = parse_species(written)
    assert (species.carbons, species.double_bonds, species.hydroxyls) == (
        carbons,
        double_bonds,
        hydroxyls,
    )


def test_the_order_of_modifications_and_their_spelling_do_not_matter() -> None:
    written = ("GD1a+OAc+Fuc(36:1;O2)", "GD1a +dHex +OAc 36:1;O2", "GD1a+dHex+OAc(d36:1)")
    assert {parse_species(name).species for name in written} == {"GD1a+dHex+OAc(36:1;O2)"}
    assert {parse_species(name).prefix for name in written} == {"GD1+dHex+OAc"}


def test_repeated_modifications_add_up() -> None:
    assert parse_species("GT1+OAc+OAc(36:1;O2)") == parse_species("GT1+2OAc(36:1;O2)")


@pytest.mark.parametrize(
    "name",
    [
        *("", "GM3", "PC(34:1)", "GX1(36:1;O2)", "GM5(36:1;O2)", "GM1e(36:1;O2)", "GD1(36:1;O2"),
        *("GD1+Xyl(36:1;O2)", "GD1(36)", "GD1()", "xGD1(36:1;O2)", "GD1(36:1;O2) extra"),
        *("GM3(18:1/16:0/2:0)", "GD1+0OAc(36:1;O2)", "GM3(0:0;O2)", "GM3(9:8;O2)"),
        *("GM3(三六:1;O2)", "=GM3(36:1;O2)"),
    ],
)
def test_a_name_that_is_not_a_ganglioside_is_refused_with_an_example(name: str) -> None:
    with pytest.raises(SpeciesNameError) as refused:
        parse_species(name)
    assert repr(name) in str(refused.value)
    assert "GD1+OAc(36:1;O2)" in str(refused.value)


cores = st.sampled_from(["GA1", "GA2", "GM4", "GM3", "GM2", "GM1a", "GD1b", "GT1c", "GQ1", "GP1"])
modifications = st.lists(
    st.sampled_from(["+OAc", "+2OAc", "+dHex", "+Fuc", "+Hex", "+HexNAc", "+NeuGc"]), max_size=4
).filter(lambda added: added.count("+OAc") + 2 * added.count("+2OAc") < 4)
ceramides = st.tuples(st.integers(20, 60), st.integers(0, 6), st.integers(1, 6))
names = st.builds(
    lambda core, added, ceramide: "{}{}({}:{};O{})".format(core, "".join(added), *ceramide),
    cores,
    modifications,
    ceramides,
)


@given(names)
def test_a_canonical_name_has_the_same_species(name: str) -> None:
    species = parse_species(name)
    assert parse_species(species.species) == species


@given(names, st.randoms())
def test_shuffled_modifications_give_the_same_species(name: str, random: object) -> None:
    glycan, ceramide = name.split("(")
    core, *added = glycan.split("+")
    random.shuffle(added)  # type: ignore[attr-defined]
    assert parse_species("+".join([core, *added]) + "(" + ceramide) == parse_species(name)


@given(st.text())
def test_any_other_text_is_refused_in_a_sentence(name: str) -> None:
    with pytest.raises(SpeciesNameError, match=r"\.$"):
        parse_species(name)


def test_rows_keep_their_order_and_a_bad_name_becomes_the_problem() -> None:
    peaks = pl.DataFrame(
        {
            "name": ["GT1b(36:1;O2)", "nonsense", None, "GM3(36:1;O2)", "nonsense"],
            "problem": [None, None, "Name is missing.", None, "RT is missing."],
        }
    )
    species = add_species(peaks)
    assert species["name"].to_list() == peaks["name"].to_list()
    assert species["sugars"].to_list() == [7, None, None, 3, None]
    assert species["letter"].to_list() == ["b", None, None, None, None]
    assert "'nonsense' is not a ganglioside name" in species["problem"][1]
    assert species["problem"].to_list()[2:] == ["Name is missing.", None, "RT is missing."]
    assert set(species.columns) == {*peaks.columns, *SPECIES_SCHEMA}
