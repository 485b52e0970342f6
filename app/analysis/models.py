"""The retention model of each prefix, as a report a chemist can check by hand."""

import numpy as np
import polars as pl

from app.analysis.regression import Array
from app.analysis.result import MODEL_SCHEMA
from app.analysis.retention import REFERENCE_CARBONS, RetentionModel
from app.analysis.rule import Study

# R2 says nothing about a line through two points.
LEAST_FOR_R2 = 3


def model_report(study: Study) -> pl.DataFrame:
    """One row for each prefix and isomer that was fitted (``MODEL_SCHEMA``)."""
    model = study.model
    if model is None:
        return pl.DataFrame(schema=MODEL_SCHEMA)
    told = model.training.with_columns(
        residual=pl.Series(model.fit.residuals), left_out=pl.Series(model.fit.left_out())
    )
    constants = dict(model.intercepts().select("group", "intercept_min").iter_rows())
    rows = [
        _row(model, group, constants[group], fitted, study.settings.r2_threshold)
        for (group,), fitted in told.group_by("group", maintain_order=True)
    ]
    return pl.DataFrame(rows, schema=MODEL_SCHEMA, orient="row")


def _row(
    model: RetentionModel, group: str, at_38_min: float, fitted: pl.DataFrame, threshold: float
) -> tuple[object, ...]:
    times, residuals, left_out = (
        fitted[name].to_numpy() for name in ("rt_min", "residual", "left_out")
    )
    r2 = _r2(times, residuals)
    return (
        fitted["prefix"][0],
        fitted["isomer"][0],
        fitted.height,
        int(fitted["anchors"].sum()),
        r2,
        _r2(times, left_out),
        float(np.sqrt(np.mean(residuals**2))),
        equation(model, group, at_38_min, int(fitted["sialic"][0])),
        None if r2 is None else r2 >= threshold,
        bool(fitted["anchors"].sum() == 0),
    )


def equation(model: RetentionModel, group: str, at_38_min: float, sialic: int) -> str:
    """The law of a group on raw variables: carbons C, double bonds D, hydroxyls O; RT in min."""
    curvature = model.shape("carbons squared")
    slope = model.slope(group) + model.shape("carbons x sialic") * (sialic - 2)
    constant = at_38_min - slope * REFERENCE_CARBONS
    constant += curvature * REFERENCE_CARBONS**2
    slope -= 2 * curvature * REFERENCE_CARBONS
    return (
        f"RT = {constant:.3f} {slope:+.4f} C {curvature:+.5f} C² "
        f"{model.shape('no double bond'):+.3f} [D=0] "
        f"{model.shape('further double bonds'):+.3f} max(D-1, 0) "
        f"{model.shape('further hydroxyls'):+.3f} (O-2)"
    )


def _r2(times: Array, residuals: Array) -> float | None:
    spread = float(np.sum((times - times.mean()) ** 2))
    if len(times) < LEAST_FOR_R2 or spread == 0:
        return None
    return 1 - float(np.sum(residuals**2)) / spread
