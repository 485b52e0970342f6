"""The 95 % prediction band of a prefix: where its retention model expects peaks."""

from dataclasses import replace
from typing import Any

import msgspec
import polars as pl

from app.web.features.results.address import ALL_CLASSES, PlotView
from app.web.features.results.column_facts import column_facts
from app.web.features.results.filters.row_filter import RowFilter
from app.web.features.results.plots.lanes import Lanes
from app.web.features.results.rows import Result
from app.web.words import AXES, CATEGORIES

LIMITS = ("predicted_rt_min", "interval_low_min", "interval_high_min")
# A band needs at least two species.
LEAST_SPECIES = 2
MOST_LISTED = 8
NEEDS_TRUE_ROWS = (
    "a band needs two confirmed species with the same isomer, double bonds and hydroxyls"
)
ONE_SPECIES = "a band needs two species of this kind, and there is one"
NO_PREDICTION = "no row of it has a predicted retention time"


class Band(msgspec.Struct, frozen=True, kw_only=True):
    """The band of one isomer and ceramide type: x, predicted, lower and upper limit, in minutes.

    ``kind`` is like ``b :1;O2``: the isomer, if any, then double bonds and hydroxyls. The
    ``category`` is that of one of the largest classes, else empty. ``shift`` is that of its points.
    """

    prefix: str
    kind: str
    category: str
    shift: float
    points: list[tuple[float, float, float, float]]


def main_bands(result: Result, view: PlotView, lanes: Lanes) -> list[Band]:
    """The bands of the largest prefix of each category, each for its commonest ceramide type.

    Categories without a lane have no points in the plot, and so no band.
    """
    kinds = _commonest_kinds(result, view).filter(pl.col("category").is_in(list(lanes)))
    return _bands_of_kinds(result, view, lanes, kinds.unique("category", keep="first"))


def bands_of_all(result: Result, view: PlotView, lanes: Lanes) -> list[Band]:
    """The bands of all prefixes, each for its commonest ceramide type."""
    kinds = _commonest_kinds(result, view).filter(pl.col("category").is_in(CATEGORIES))
    return _bands_of_kinds(result, view, lanes, kinds.unique("prefix", keep="first"))


def _commonest_kinds(result: Result, view: PlotView) -> pl.LazyFrame:
    """The prefixes and ceramide types of true rows, those with most species first."""
    species = result.rows().filter(pl.col("call") == "true").drop_nulls([view.x, *LIMITS])
    kinds = species.group_by("category", "prefix", "double_bonds", "hydroxyls").agg(
        pl.col("species").n_unique().alias("n")
    )
    order = ["n", "prefix", "double_bonds", "hydroxyls"]
    return kinds.sort(order, descending=[True, False, False, False])


def _bands_of_kinds(
    result: Result, view: PlotView, lanes: Lanes, kinds: pl.LazyFrame
) -> list[Band]:
    found: list[Band] = []
    for category, prefix, bonds, hydroxyls, _ in (
        kinds.sort("category", "prefix").collect().iter_rows()
    ):
        ceramides = f":{bonds};O{hydroxyls}"
        for band in bands(result, replace(view, band=prefix), lanes):
            if band.kind.endswith(ceramides):
                isomer = band.kind.removesuffix(ceramides).removesuffix("unresolved ").strip()
                named = f"{prefix} {isomer}".strip()
                found.append(msgspec.structs.replace(band, kind=named, category=category))
    return found


def bands(result: Result, view: PlotView, lanes: Lanes) -> list[Band]:
    """The bands of a prefix, one for each isomer, number of double bonds and of hydroxyls.

    Fitted peaks are predicted without themselves, so the limits of a species are medians.
    """
    kinds, shift = _kinds(result, view, lanes)
    found = [_band(view, kind, shift) for kind in kinds if kind.height >= LEAST_SPECIES]
    return sorted(found, key=lambda band: (-len(band.points), band.kind))


def undrawn(result: Result, view: PlotView, lanes: Lanes, drawn: list[Band]) -> str:
    """Which bands cannot be drawn, and why; empty if all are."""
    if view.band and view.band != ALL_CLASSES:
        return _undrawn_of_prefix(result, view, lanes)
    if view.band:
        prefixes = column_facts(result).values["prefix"]
        missing = [name for name in prefixes if name not in {band.prefix for band in drawn}]
    else:
        missing = [name for name in lanes if name not in {band.category for band in drawn}]
    return f"No band of {_listed(missing)}: {NEEDS_TRUE_ROWS}." if missing else ""


def _undrawn_of_prefix(result: Result, view: PlotView, lanes: Lanes) -> str:
    kinds, _ = _kinds(result, view, lanes)
    lone = sorted(_band(view, kind, 0.0).kind for kind in kinds if kind.height < LEAST_SPECIES)
    if lone and len(lone) < len(kinds):
        return f"No band of {view.band} {_listed(lone)}: {ONE_SPECIES}."
    if lone:
        return f"No band of {view.band}: {ONE_SPECIES}."
    if kinds:
        return ""
    rows = result.matching(RowFilter(prefix=view.band))
    has_prediction = rows.drop_nulls(list(LIMITS)).select(pl.len()).collect().item()
    reason = f"no row of it has a {AXES[view.x]}" if has_prediction else NO_PREDICTION
    return f"No band of {view.band}: {reason}."


def _kinds(result: Result, view: PlotView, lanes: Lanes) -> tuple[list[pl.DataFrame], float]:
    """The species of each isomer and ceramide type of a prefix, and the shift of its lane."""
    rows = result.matching(RowFilter(prefix=view.band)).drop_nulls([view.x, *LIMITS]).collect()
    if rows["isomer"].is_not_null().any():
        rows = rows.drop_nulls("isomer")
    species = rows.group_by("isomer", "double_bonds", "hydroxyls", "species").agg(
        pl.col(list(dict.fromkeys((view.x, *LIMITS)))).median()
    )
    kinds = species.sort(view.x, "species").partition_by(
        "isomer", "double_bonds", "hydroxyls", maintain_order=True
    )
    return kinds, lanes.get(str(rows["category"][0]), 0.0) if rows.height else 0.0


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:MOST_LISTED])
    rest = len(names) - MOST_LISTED
    return f"{shown} and {rest} more" if rest > 0 else shown


def _band(view: PlotView, kind: pl.DataFrame, shift: float) -> Band:
    isomer, bonds, hydroxyls = kind.select("isomer", "double_bonds", "hydroxyls").row(0)
    ceramides = f":{bonds};O{hydroxyls}"
    named = f"{isomer} {ceramides}" if isomer else ceramides
    points = _points(view, kind)
    return Band(prefix=view.band, kind=named, category="", shift=shift, points=points)


def _points(view: PlotView, kind: pl.DataFrame) -> list[Any]:
    """The points as retention times, or relative to the prediction in a plot of residuals."""
    centre = pl.col(LIMITS[0]) if view.plot == "residuals" else 0.0
    limits = [(pl.col(name) - centre).round(5) for name in LIMITS]
    return kind.select(pl.col(view.x).alias("x"), *limits).rows()
