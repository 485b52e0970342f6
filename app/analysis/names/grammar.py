"""Parse the name of a ganglioside, such as ``GD1+OAc(36:1;O2)``, into its species.

A name is a glycan and a ceramide, with an adduct, an isotope label or a running number after them.
Each part of the name must be understood; what is not makes the whole name unreadable, so that no
name gets a composition that it does not have. ADR 51 says why the parser is written by hand.
"""

import re
from collections.abc import Sequence
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from app.analysis.errors import AnalysisError
from app.analysis.names.ceramides.ceramide import resolve
from app.analysis.names.ceramides.ceramide_parts import Ceramide, Chain
from app.analysis.names.ceramides.ceramide_words import WrittenCeramide, find_ceramide
from app.analysis.names.ceramides.chain_parts import CeramideError
from app.analysis.names.glycans.glycan import Glycan, glycan_of
from app.analysis.names.glycans.glycan_parts import GlycanError, Words
from app.analysis.names.glycans.glycan_reader import read_words
from app.analysis.names.glycans.glycan_words import tokens
from app.analysis.names.name_text import (
    LONGEST_NAME,
    QUOTES,
    clean_name,
    has_matching_brackets,
    raised_number,
    with_opened_bracket,
)
from app.analysis.names.other_classes import other_class
from app.analysis.names.species import Species

Chains: TypeAlias = tuple[Chain, Chain]

# How MS-DIAL marks names that were found by mass alone; they say nothing of the composition.
_DOUBT = re.compile(r"^(?:w/o MS2|no MS2|low score) ?: ?", re.IGNORECASE)
# A label without heavy atoms, as in d0 or 13C0, is none.
_NO_LABEL = re.compile(r"[A-Za-z]\]?0$")


class SpeciesNameError(AnalysisError):
    """A name is not that of a ganglioside species; the text says why."""


class StandardNameError(SpeciesNameError):
    """A name is that of a standard, which is never a species of the sample.

    ``species`` is the ganglioside that the standard is of, with its ``isotope_label``; None where
    the name does not say.
    """

    def __init__(self, sentence: str, species: Species | None, isotope_label: str) -> None:
        super().__init__(sentence)
        self.species = species
        self.isotope_label = isotope_label


class NameReading(msgspec.Struct, frozen=True):
    """How a name was read: its species, its chains where it has them, and what to check."""

    species: Species
    chains: Chains | None
    warnings: tuple[str, ...]


def parse_species(name: str) -> Species:
    """Parse a name such as ``GD1+OAc(36:1;O2)``, ``GM3 d18:1/18:0`` or ``GT1b(d36:1)``.

    A ceramide without oxygen count is read as a dihydroxy base (O2), the common one in mammals.

    Raises:
        SpeciesNameError: the name is no ganglioside species.
    """
    return read_name(name).species


def read_name(name: str) -> NameReading:
    """Read a name, with its chains and with warnings where another reading is possible.

    Raises:
        StandardNameError: the name is that of a standard.
        SpeciesNameError: the name is no ganglioside species.
    """
    if len(name) > LONGEST_NAME:
        raise _refusal(name, f"it has more than {LONGEST_NAME} characters")
    if raised := raised_number(name):
        raise _refusal(name, f"its raised {raised} can be a footnote or a number; remove it")
    text = _DOUBT.sub("", clean_name(name).strip(QUOTES))
    parts = [part.strip() for part in text.split("|")]
    readings = [_read_part(name, part) for part in filter(None, parts)] or [_read_part(name, "")]
    if len({reading.species for reading in readings}) > 1:
        raise _refusal(name, "the names in it differ in composition")
    chains = _common([reading.chains for reading in readings])
    reading = next((each for each in readings if each.chains), readings[0])
    return reading if reading.chains == chains else replace(reading, chains=chains)


def _read_part(name: str, text: str) -> NameReading:
    """Read one of the names in a cell; ``name`` is the whole cell."""
    text, cut = with_opened_bracket(text)
    if not has_matching_brackets(text):
        raise _refusal(name, "its brackets do not match")
    try:
        words, written = _words_and_ceramides(text)
        if not written and (words.labels or words.is_standard):
            raise _standard(name, None, ",".join(words.labels))
        if not written:
            raise GlycanError(_without_ceramide(words))
        glycan, ceramide = glycan_of(words), _one_ceramide(written)
    except (GlycanError, CeramideError) as error:
        raise _refusal(name, other_class(text) or str(error)) from None
    species = _species(glycan, ceramide)
    labels = (*words.labels, *(one for part in written for one in part.labels))
    label = ",".join(dict.fromkeys(one for one in labels if not _NO_LABEL.search(one)))
    if label or words.is_standard:
        raise _standard(name, species, label)
    warnings = tuple(filter(None, (cut, ceramide.warning, *glycan.warnings)))
    return NameReading(species, ceramide.chains, warnings)


def _species(glycan: Glycan, ceramide: Ceramide) -> Species:
    counts = glycan.counts
    return Species(
        core=glycan.core.name,
        letter=glycan.core.letter,
        alpha=glycan.core.alpha,
        hex=counts["Hex"],
        hexnac=counts["HexNAc"],
        neuac=counts["NeuAc"],
        neugc=counts["NeuGc"],
        kdn=counts["KDN"],
        dhex=counts["dHex"],
        oacetyl=counts["OAc"],
        sulfo=counts["SO3"],
        carbons=ceramide.carbons,
        double_bonds=ceramide.double_bonds,
        hydroxyls=ceramide.hydroxyls,
    )


def _words_and_ceramides(text: str) -> tuple[Words, list[WrittenCeramide]]:
    """The words of a name, and its ceramides: a sum composition may come with its chains."""
    words = Words()
    found: list[WrittenCeramide] = []
    position = 0
    while True:
        ceramide = find_ceramide(text, position)
        part = text[position : ceramide.start if ceramide else None]
        is_after = bool(found)
        hydroxyls = read_words(
            words, tokens(part, is_after_ceramide=is_after), is_after_ceramide=is_after
        )
        if hydroxyls:
            found[-1] = found[-1].with_hydroxyls(hydroxyls)
        if ceramide is None:
            return words, found
        found.append(ceramide)
        position = ceramide.end


def _one_ceramide(written: list[WrittenCeramide]) -> Ceramide:
    """The ceramide that all of a name amount to, with its chains where one has them."""
    ceramides = [resolve(one) for one in written]
    if len({(one.carbons, one.double_bonds, one.hydroxyls) for one in ceramides}) > 1:
        raise CeramideError("it has several ceramides that differ")
    chains = _common([one.chains for one in ceramides])
    ceramide = next((one for one in ceramides if one.chains), ceramides[0])
    return ceramide if ceramide.chains == chains else replace(ceramide, chains=chains)


def _common(chains: Sequence[Chains | None]) -> Chains | None:
    """The chains that all names of a cell have; None where they differ, as in two isomers."""
    different = {each for each in chains if each}
    return different.pop() if len(different) == 1 else None


def _without_ceramide(words: Words) -> str:
    """Why a name without chains cannot be read."""
    glycan_of(words)
    return "it names a class alone; carbons and double bonds of the ceramide are missing"


def _standard(name: str, species: Species | None, label: str) -> StandardNameError:
    what = f"a labelled standard ({label})" if label else "a standard"
    sentence = f"{name!r} is {what}, not a species of the sample."
    labelled = replace(species, isotope_label=label or None) if species else None
    return StandardNameError(sentence, labelled, label)


def _refusal(name: str, reason: str) -> SpeciesNameError:
    return SpeciesNameError(
        f"{name!r} is not a ganglioside name such as GD1+OAc(36:1;O2): {reason}."
    )
