"""Simulated tables of an instrument without deisotoping: M+2 of each species under another name."""

import numpy as np
import polars as pl

from app.analysis.names.grammar import parse_species
from app.analysis.names.masses import log_second_isotope
from tests.simulator import Simulated

# Isotopes of a peak are integrated on their own.
RT_SD_MIN, LOG_AREA_SD = 0.003, 0.04
NAMED = ("carbons", "double_bonds", "hydroxyls", "hex", "hexnac", "neuac", "neugc", "dhex")


def with_second_isotopes(simulated: Simulated, random: np.random.Generator) -> Simulated:
    """The table with M+2 of every true row, which reads as a double bond less, at its end.

    A species without double bonds has no such name. The truth of an isotope is ``outlier``.
    """
    rows = simulated.table.hstack(simulated.truth.select("row", "call", "expected_rt_min"))
    rows = rows.filter(pl.col("call") == "true")
    species = [parse_species(name) for name in rows["Name"]]
    fields = (*NAMED, "oacetyl", "kdn", "sulfo")
    table = pl.DataFrame({name: [getattr(one, name) for one in species] for name in fields})
    ratio = log_second_isotope(table) + random.normal(0, LOG_AREA_SD, rows.height)
    isotopes = rows.with_columns(
        Name=pl.col("Name").str.replace(r":(\d+);", ":-;"),
        bonds=table["double_bonds"],
        RT=(pl.col("RT") + pl.Series(random.normal(0, RT_SD_MIN, rows.height))).round(3),
        Volume=pl.col("Volume") * 10 ** pl.Series(ratio),
        Anchor=pl.lit(""),
        call=pl.lit("outlier"),
    ).filter(pl.col("bonds") > 0)
    lower = pl.format(":{};", pl.col("bonds") - 1)
    isotopes = isotopes.with_columns(Name=pl.col("Name").str.replace(":-;", lower, literal=True))
    columns = [name for name in simulated.table.columns if name in isotopes.columns]
    whole = pl.concat([simulated.table, isotopes.select(columns)], how="vertical_relaxed")
    truth = pl.concat(
        [simulated.truth, isotopes.select("call", "expected_rt_min")], how="diagonal_relaxed"
    )
    return Simulated(whole, truth.with_columns(row=pl.int_range(1, pl.len() + 1, dtype=pl.UInt32)))
