"""Peaks that are more likely another species than their label: features with ambiguous evidence.

They are no molecules that were found, so no summary line refers to them.
"""

import msgspec
import polars as pl

from app.analysis.names.cells.adducts import Adduct, normal_adduct, parse_adduct
from app.analysis.state.called.named_alternatives import parse_alternatives


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """What a peak can be: a species as one adduct, with a probability."""

    species: str
    adduct: str
    ion: Adduct
    confidence: float


class WrongLabel(msgspec.Struct, frozen=True, kw_only=True):
    """A peak with the identities that it can have, the likeliest first and its label last."""

    sample: str
    mz: float
    rt_min: float
    peak_area: float | None
    identities: list[Identity]


def wrong_labels(rows: pl.DataFrame, ions: pl.DataFrame) -> list[WrongLabel]:
    """The rows with a better name and an m/z whose adduct gives the charge."""
    if "alternative_species" not in rows.columns:
        return []
    named = rows.drop("mz", "adduct", strict=False).drop_nulls("alternative_species")
    named = named.join(ions.select("row", "mz", "adduct"), on="row", how="left").drop_nulls("mz")
    found = []
    for row in named.sort("row").iter_rows(named=True):
        identities = _identities(row["alternative_species"], row["adduct"])
        identities += _identity(row["species"], row["adduct"], row["confidence"])
        if identities:
            found.append(
                WrongLabel(
                    sample=row["sample"] or "",
                    mz=row["mz"],
                    rt_min=row["rt_min"],
                    peak_area=row["peak_area"],
                    identities=identities,
                )
            )
    return found


def _identities(alternatives: str, adduct: str | None) -> list[Identity]:
    return [
        identity
        for one in parse_alternatives(alternatives)
        for identity in _identity(one.species, one.adduct or adduct, one.probability)
    ]


def _identity(species: str, adduct: str | None, confidence: float) -> list[Identity]:
    """The identity, or none if the adduct does not give the charge."""
    usual = normal_adduct(adduct) if adduct else None
    ion = parse_adduct(usual) if usual else None
    if usual is None or ion is None:
        return []
    return [Identity(species=species, adduct=usual, ion=ion, confidence=confidence)]
