"""Sentences on quantities: what was counted and corrected, and what is unknown and why."""

from collections.abc import Collection, Iterable, Iterator, Sequence

import polars as pl

from app.analysis.quantities.species import Quantities
from app.analysis.quantities.species_lines import COUNTED
from app.analysis.quantities.standards import Standard, found_standards, is_standard

NO_AREAS = "No confirmed row has a peak area, so there are no quantities."
UNCORRECTED = (
    "Isotopes are not corrected, so species with more carbons look rarer than they are: fewer of "
    "their molecules are monoisotopic."
)
NO_STANDARDS = (
    "There is no internal standard with an amount, so there is no pmol and no mol %. Area % is a "
    "share of peak areas; classes differ in their response, so compare it within a class."
)
MOST_NAMES = 8


def notes(found: Quantities) -> list[str]:
    """What to know before the quantities are read."""
    counted = found.species.filter(pl.col("call") == COUNTED)
    if counted["area"].null_count() == counted.height:
        return [NO_AREAS]
    return [
        *_on_counting(found.species, counted),
        *_on_isotopes(found, counted),
        *_on_standards(found),
        *_on_classes(found, counted),
    ]


def listed(names: Iterable[str]) -> str:
    """Names in a sentence, the first few of many."""
    every = list(names)
    more = len(every) - MOST_NAMES
    return ", ".join(every[:MOST_NAMES]) + (f" and {more:,} more" if more > 0 else "")


def _on_counting(species: pl.DataFrame, counted: pl.DataFrame) -> Iterator[str]:
    yield (
        "An area has those of its fragments and other ions. Only confirmed species "
        "count in totals and shares."
    )
    doubtful = species.filter(pl.col("call") == "ambiguous").drop_nulls("total_area")
    if doubtful.height:
        area = float(doubtful["total_area"].sum())
        share = area / ((area + float(counted["total_area"].sum())) or 1)
        yield (
            f"Not counted: {doubtful.height:,} ambiguous species with {100 * share:.1f} % of the "
            "area of confirmed and ambiguous ones. Overrides decide them."
        )
    without = counted["area"].null_count()
    if without:
        yield f"Not counted: {without:,} confirmed species without a peak area."


def _on_isotopes(found: Quantities, counted: pl.DataFrame) -> Iterator[str]:
    if not found.corrects_isotopes:
        yield UNCORRECTED
        return
    known = counted.drop_nulls("mono_share")
    if known.height:
        factors: list[float] = (1 / known["mono_share"]).to_list()
        yield (
            "Isotope correction of type I: each area was divided by the share of monoisotopic "
            f"molecules of its species, that is, multiplied by {min(factors):.2f} to "
            f"{max(factors):.2f}."
        )
    yield _on_overlap(counted.filter(pl.col("overlap_area") > 0), found.coelution_min)


def _on_overlap(overlapped: pl.DataFrame, coelution_min: float) -> str:
    """What was taken off species whose area the isotopes of others overlap."""
    window = f"{coelution_min:g} min"
    if overlapped.is_empty():
        return (
            "Isotope correction of type II: nothing was taken off, because no species elutes "
            f"within {window} of the one with a double bond more, whose M+2 ion has its mass."
        )
    shares = overlapped["overlap_area"] / overlapped["area"]
    names: list[str] = overlapped["species"].to_list()
    most, name = max(zip(shares.to_list(), names, strict=True))
    return (
        "Isotope correction of type II: the M+2 ions of species with a double bond more, which "
        f"elute within {window}, were taken off {overlapped.height:,} species; most from "
        f"{name}, {100 * most:.1f} % of its area."
    )


def on_entered(rows: pl.LazyFrame, standards: Sequence[Standard]) -> list[str]:
    """Sentences on the standards that were entered for some rows, none without any."""
    if not standards:
        return []
    found = found_standards(rows.filter(is_standard(standards)).collect(), standards)
    names = set(found["name"])
    return list(on_entry(found, [each.name for each in standards if each.name not in names]))


def on_entry(standards: pl.DataFrame, unmatched: Collection[str]) -> Iterator[str]:
    """Sentences on entered standards: those that only the entry marks, and those without a row."""
    marked = standards.filter(~pl.col("is_labelled"))["name"].unique(maintain_order=True)
    if len(marked):
        is_one = len(marked) == 1
        yield (
            f"{listed(marked)} {'is a standard' if is_one else 'are standards'} because you "
            f"entered {'it' if is_one else 'them'}: {'it is' if is_one else 'they are'} left out "
            "of every species, total and share here. The table of rows still has the assignment "
            "of the analysis."
        )
    if unmatched:
        yield f"No row has the name of this standard: {listed(unmatched)}."


def _on_standards(found: Quantities) -> Iterator[str]:
    yield from on_entry(found.standards, found.unmatched)
    if found.standards["pmol"].null_count() == found.standards.height:
        yield NO_STANDARDS
    names = found.standards.unique("name", maintain_order=True)
    idle = names.filter(pl.col("pmol").is_null())["name"]
    if len(idle):
        yield f"These standards have no amount and are not used: {listed(idle)}."
    entered = names.drop_nulls("pmol")
    unclear = entered.filter(pl.col("classes").list.len() == 0)["name"]
    if len(unclear):
        yield (
            f"It is not known which class {listed(unclear)} stands for; add it to the amount, as "
            "in: = 50 for GM3."
        )
    if found.corrects_isotopes:
        heavy = entered.filter(pl.col("mono_share").is_null())["name"]
        if len(heavy):
            yield (
                f"The heavy atoms of {listed(heavy)} are not known, so its isotopes cannot be "
                "corrected and it is not used. Write its label with their number, as in -d3, or "
                "leave the isotopes uncorrected."
            )


def _on_classes(found: Quantities, counted: pl.DataFrame) -> Iterator[str]:
    """Which classes have no amounts in any sample, or in some, and which borrow a standard."""
    if counted["pmol"].null_count() == counted.height:
        return
    known = pl.col("pmol").is_not_null()
    classes = (
        counted.drop_nulls("total_area")
        .group_by("prefix")
        .agg(all=known.all(), any=known.any())
        .sort("prefix")
    )
    never = classes.filter(~pl.col("any"))["prefix"]
    sometimes = classes.filter(pl.col("any"), ~pl.col("all"))["prefix"]
    if len(never):
        yield (
            f"No standard with an amount: {listed(never)}. Their pmol is unknown, and mol % is the "
            f"share among {listed(classes.filter('any')['prefix'])} alone."
        )
    if len(sometimes):
        yield (
            f"The standard of {listed(sometimes)} is missing in some samples: pmol is unknown "
            "there, and mol % cannot be compared with that of other samples."
        )
    yield from _on_borrowed(found.standards)


def _on_borrowed(standards: pl.DataFrame) -> Iterator[str]:
    used = standards.drop_nulls("pmol").unique("name", maintain_order=True).explode("classes")
    other = pl.col("prefix").ne_missing(pl.col("classes"))
    for name, classes in (
        used.filter(other).group_by("name", maintain_order=True).agg("classes").iter_rows()
    ):
        yield (
            f"{listed(classes)} is measured against {name}, as entered, which is not a standard of "
            "that class: its pmol is as wrong as their responses differ."
        )
