"""The 95 % prediction band of a prefix: where its retention model expects peaks."""

from dataclasses import replace
from typing import Any

import msgspec
import polars as pl

from app.web.features.results.address import PlotView
from app.web.features.results.lanes import Lanes
from app.web.features.results.row_filter import RowFilter
from app.web.features.results.rows import Result

LIMITS = ("predicted_rt_min", "interval_low_min", "interval_high_min")
# A band needs at least two species.
LEAST_SPECIES = 2


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
    is_shown = (pl.col("call") == "true") & pl.col("category").is_in(list(lanes))
    species = result.rows().filter(is_shown).drop_nulls([view.x, *LIMITS])
    kinds = species.group_by("category", "prefix", "double_bonds", "hydroxyls").agg(
        pl.col("species").n_unique().alias("n")
    )
    largest = kinds.sort("n", "prefix", descending=[True, False])
    found: list[Band] = []
    for category, prefix, bonds, hydroxyls, _ in (
        largest.unique("category", keep="first").collect().sort("category").iter_rows()
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
    rows = RowFilter(prefix=view.band).apply(result.rows()).drop_nulls([view.x, *LIMITS]).collect()
    if rows["isomer"].is_not_null().any():
        rows = rows.drop_nulls("isomer")
    species = rows.group_by("isomer", "double_bonds", "hydroxyls", "species").agg(
        pl.col(view.x, *LIMITS).median()
    )
    kinds = species.sort(view.x).partition_by(
        "isomer", "double_bonds", "hydroxyls", maintain_order=True
    )
    shift = lanes.get(str(rows["category"][0]), 0.0) if rows.height else 0.0
    found = [_band(view, kind, shift) for kind in kinds if kind.height >= LEAST_SPECIES]
    return sorted(found, key=lambda band: (-len(band.points), band.kind))


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
