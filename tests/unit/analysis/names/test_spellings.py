"""Spellings of many programs and lists, one file for each way in which they end.

The names that must be read have the composition as their canonical name, written down by hand.
"""

import csv
from pathlib import Path

import pytest

from app.analysis.names.grammar import (
    SpeciesNameError,
    StandardNameError,
    parse_species,
    read_name,
)

HERE = Path(__file__).parent
Row = dict[str, str]


def rows_of(name: str) -> list[Row]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_spelling(row: Row) -> str:
    return row["spelling"]


@pytest.mark.parametrize("row", rows_of("spellings.csv"), ids=by_spelling)
def test_a_spelling_has_its_composition_and_chains(row: Row) -> None:
    reading = read_name(row["spelling"])
    chains = "/".join(chain.shorthand() for chain in reading.chains or ())
    assert reading.species.species == row["species"]
    assert chains == row["chains"]
    assert bool(reading.warnings) == (row["has_warning"] == "yes")
    # The canonical name, which the results carry, says the same again.
    assert parse_species(reading.species.species) == reading.species


@pytest.mark.parametrize("row", rows_of("standards.csv"), ids=by_spelling)
def test_a_standard_is_no_species_and_says_what_it_is_a_standard_of(row: Row) -> None:
    with pytest.raises(StandardNameError, match="standard") as refused:
        read_name(row["spelling"])
    assert refused.value.isotope_label == row["isotope_label"]
    species = refused.value.species
    assert (species.species if species else "") == row["species"]
    assert species is None or species.isotope_label == (row["isotope_label"] or None)


@pytest.mark.parametrize("row", rows_of("unreadable.csv"), ids=by_spelling)
def test_a_name_that_cannot_be_read_says_what_is_missing(row: Row) -> None:
    with pytest.raises(SpeciesNameError) as refused:
        read_name(row["spelling"])
    assert str(refused.value).endswith(f": {row['reason']}.")


@pytest.mark.parametrize(
    ("spelling", "warning"),
    [
        ("GM3(16:0)", "16:0 was read as the acyl chain of a d18:1 base, d18:1/16:0."),
        ("GM1 C24:1", "24:1 was read as the acyl chain of a d18:1 base, d18:1/24:1."),
        ("GD1a(NeuGc) 36:1", "1 NeuGc was read in the place of NeuAc"),
        ("GD3(36:1;O2)+OAc", "OAc was read as an O-acetyl group, not as an adduct."),
        (
            "NeuAca2-3Galb1-4GlcNAcb1-3Galb1-4Glcb1-Cer(d18:1/16:0)",
            "GlcNAc is in no GM1; the name was read by its composition alone.",
        ),
    ],
)
def test_a_reading_that_is_a_choice_is_a_warning(spelling: str, warning: str) -> None:
    assert warning in " ".join(read_name(spelling).warnings)
