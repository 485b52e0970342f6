"""Names of every kind, made from parts, against the species they stand for and against pygoslin."""

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from pygoslin.domain.LipidExceptions import LipidException
from pygoslin.parser.Parser import LipidParser

from app.analysis.names.composition import formula, mass_da
from app.analysis.names.grammar import SpeciesNameError, parse_species, read_name
from app.analysis.names.name_table import parse_names
from app.analysis.names.shorthand import GOSLIN_CLASSES, shorthand_name
from app.analysis.names.species import Species
from tests.unit.analysis.names.name_kinds import CLASSES, GLYCANS, every_name, names_of_goslin

# Goslin disagrees where its formula is known to be wrong, or where it means something else. Each
# of these was looked at; the reasons are the whole list.
WITHOUT_HYDROGENS = "its head group lacks a hydrogen for each sialic acid"
WITHOUT_NEUGC = "it reads NeuGc as NeuAc or drops it"
WITHOUT_HEAD = "it reads the ceramide alone, or no sialic acid"
OTHER_HYDROXYLS = "it ignores m and hydroxyls in brackets, and adds one to a list of them"
BARE_ACYL = "it reads one chain as the sum composition"
_HEADS_WITHOUT_HYDROGENS = (
    *("GM1b", "GD1c", "GT1a", "GT1c", "GQ1c", "GP1c", "GT1a alpha", "Fuc-GM1", "GalNAc-GD1a"),
    *("Gal-GD1b", "Fuc(Gal)-GM1", "Ac-O-9-GD1a", "GD1a(NeuAc/NeuGc)"),
    "GalNAc-GD1a(NeuAc/NeuGc)",
)
_HEADS_ELSE = {
    **dict.fromkeys(("GM3(NeuGc)", "NeuGc-GM2"), WITHOUT_NEUGC),
    "SO3-GM1": WITHOUT_HEAD,
    **dict.fromkeys(_HEADS_WITHOUT_HYDROGENS, WITHOUT_HYDROGENS),
}
KNOWN = {
    **{
        f"{head}({ceramide})": reason
        for head, reason in _HEADS_ELSE.items()
        for ceramide in ("d36:1", "d18:1/18:0")
    },
    **{f"{head}(d36:1)": WITHOUT_HEAD for head in ("NeuAc-GM3", "Ganglioside GM3", "NeuAc-LacCer")},
    **{
        joined.format(ceramide): reason
        for joined in ("GM3({})", "GM3 {}")
        for ceramide, reason in {
            **dict.fromkeys(("m34:1", "d42:1(2OH)", "42:1(OH)"), OTHER_HYDROXYLS),
            "16:0": BARE_ACYL,
        }.items()
    },
    # In brackets Goslin does not read these.
    **dict.fromkeys(
        ("GM3 42:1;(OH)3", "GM3 18:1;(OH)2/24:0;OH", "GM3 18:1;1OH,3OH/16:0"), OTHER_HYDROXYLS
    ),
    "GM3 C24:1": BARE_ACYL,
}


@cache
def goslin() -> LipidParser:
    return LipidParser()


def formula_of_goslin(name: str) -> str | None:
    try:
        return str(goslin().parse(name).get_sum_formula())
    except LipidException:
        return None


def test_every_name_is_read_and_none_has_another_composition() -> None:
    wrong = {}
    for named in every_name():
        try:
            found = parse_species(named.name).species
        except SpeciesNameError as error:
            found = str(error)
        if found != named.species:
            wrong[named] = found
    assert wrong == {}


def test_goslin_gives_the_same_formula_where_it_reads_the_name() -> None:
    names = {named.name for named in names_of_goslin()}
    theirs = {name: found for name in names if (found := formula_of_goslin(name))}
    differ = {name for name, found in theirs.items() if found != formula(parse_species(name))}
    assert differ == KNOWN.keys()
    assert len(theirs.keys() - differ) > 120


@pytest.mark.parametrize("core", _HEADS_WITHOUT_HYDROGENS)
def test_goslin_lacks_a_hydrogen_for_each_sialic_acid_of_these_classes(core: str) -> None:
    name = f"{core}(d18:1/18:0)"
    ours, theirs = parse_species(name), formula_of_goslin(name)
    hydrogens = int(formula(ours).split("H")[1].split("N")[0])
    assert theirs
    assert f"H{hydrogens - ours.sialic}N" in theirs


def shorthands() -> Iterator[tuple[str, Species]]:
    """The shorthand of each class and glycan with some ceramides, and its species."""
    for core in dict.fromkeys((*CLASSES, *GLYCANS.values())):
        for ceramide in ("36:1;O2", "34:1;O1", "42:0;O4", "18:1;O2/16:0", "18:0;O3/24:0;O"):
            reading = read_name(f"{core}({ceramide})")
            shorthand = shorthand_name(reading)
            if shorthand:
                yield shorthand, reading.species


def test_goslin_reads_each_shorthand_that_we_write_with_its_formula_and_mass() -> None:
    written = dict(shorthands())
    parsed = {shorthand: goslin().parse(shorthand) for shorthand in written}
    theirs = {shorthand: lipid.get_sum_formula() for shorthand, lipid in parsed.items()}
    assert theirs == {shorthand: formula(species) for shorthand, species in written.items()}
    masses = {shorthand: lipid.get_mass() for shorthand, lipid in parsed.items()}
    ours = {shorthand: mass_da(species) for shorthand, species in written.items()}
    assert masses == pytest.approx(ours, abs=2e-3)
    assert {shorthand.split(" ")[0] for shorthand in written} >= GOSLIN_CLASSES
    assert len(written) >= 200


def test_published_names_are_read_and_none_has_another_composition() -> None:
    """Class names of each list with some of its ceramides; the share is the goal for lists."""
    with (Path(__file__).parent / "published.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = parse_names([row["spelling"] for row in rows])["species"].to_list()
    wrong = {
        row["spelling"]: species
        for row, species in zip(rows, found, strict=True)
        if species not in (None, row["species"])
    }
    assert wrong == {}
    assert sum(species is not None for species in found) > 0.95 * len(rows)
