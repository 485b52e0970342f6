"""Report the retention model of each prefix, so that a chemist can check it by hand."""

import numpy as np
import polars as pl

from app.analysis.evidence.array_types import Array
from app.analysis.model.law.design import at_reference_ceramide
from app.analysis.model.law.retention_law import REFERENCE_CARBONS, SHAPE
from app.analysis.model.law.retention_model import RetentionModel
from app.analysis.names.species_table import SpeciesTable
from app.analysis.reporting.result import MODEL_SCHEMA
from app.analysis.state.analysis_state import AnalysisState

# What N is in an equation: the carbons beyond 38 that its double bonds count for.
_IN_CARBONS = {name: mean / SHAPE["carbons"][0] for name, (mean, _) in SHAPE.items()}
EQUIVALENT_CARBONS = (
    f"N = C-38 {_IN_CARBONS['no double bond']:+.3f} [D=0] "
    f"{_IN_CARBONS['further double bonds']:+.3f} max(D-1, 0)"
)
# What the gradient adds at the time that the other terms give.
OF_GRADIENT = " + b(gradient)"

# R² is meaningless for a line through two points.
LEAST_FOR_R2 = 3


def model_report(state: AnalysisState) -> pl.DataFrame:
    """One row for each prefix and isomer (``MODEL_SCHEMA``), also those without a fitted peak."""
    model = state.model
    if model is None:
        return pl.DataFrame(schema=MODEL_SCHEMA)
    constants = dict(zip(model.groups, model.reference_times[0].tolist(), strict=True))
    training, left_out = model.training, model.fit.left_out()
    described = list(training.iter_rows("prefix", "isomer", "group", "sialic"))
    times, anchors = training["rt_min"], training["anchors"]
    rows = [
        _row(
            model,
            described[at.start],
            constants[group],
            (times[at], anchors[at], model.fit.residuals[at], left_out[at]),
            state.settings.r2_threshold,
        )
        for group, at in training.slices("group").items()
    ]
    rows += _unmet_rows(model, state)
    rows.sort(key=lambda row: (row[0], row[1] or ""))
    return pl.DataFrame(rows, schema=MODEL_SCHEMA, orient="row")


def _unmet_rows(model: RetentionModel, state: AnalysisState) -> list[tuple[object, ...]]:
    """The prefixes without a fitted peak, which their glycan alone predicts."""
    groups, names = SpeciesTable.of(state.isomer_groups), state.arrays.species_table
    unmet = groups.rows([group not in model.groups for group in groups["group"]])
    if not unmet.height:
        return []
    prefixes = names["prefix"].tolist()
    first = names.rows([prefixes.index(prefix) for prefix in unmet["prefix"]])
    described = (unmet["prefix"], unmet["isomer"], unmet["group"], first["sialic"].tolist())
    species = first.with_columns(group=unmet["group"], late=unmet["late"])
    at_38 = model.straight_mean(model.design(at_reference_ceramide(species)))
    return [
        (prefix, isomer, 0, 0, None, None, None, equation(model, group, at, sialic), None, True)
        for prefix, isomer, group, sialic, at in zip(*described, at_38, strict=True)
    ]


def _row(
    model: RetentionModel,
    described: tuple[str, str | None, str, int],
    at_38_min: float,
    fitted: tuple[Array, Array, Array, Array],
    threshold: float,
) -> tuple[object, ...]:
    """A row of the report; ``fitted`` are times, anchors, residuals and those left out."""
    prefix, isomer, group, sialic = described
    times, anchors, residuals, left_out = fitted
    r2 = _r2(times, residuals)
    return (
        prefix,
        isomer,
        len(times),
        int(anchors.sum()),
        r2,
        _r2(times, left_out),
        float(np.sqrt(np.mean(residuals**2))),
        equation(model, group, at_38_min, sialic),
        None if r2 is None else r2 >= threshold,
        bool(anchors.sum() == 0),
    )


def equation(model: RetentionModel, group: str, at_38_min: float, sialic: int) -> str:
    """The equation of a group in carbons C, double bonds D and hydroxyls O; RT in minutes.

    N is the equivalent carbon number beyond 38. Deviations of single ceramides, a few hundredths of
    a minute, are left as e(ceramide), and so is the bend of the gradient.
    """
    bend = model.shape("carbons squared")
    slope_of_n = model.slope_of_equivalent_carbons(group, sialic)
    slope = model.shape("carbons") - 2 * bend * REFERENCE_CARBONS
    constant = at_38_min - model.shape("carbons") * REFERENCE_CARBONS + bend * REFERENCE_CARBONS**2
    by_bond = model.shape("double bonds x sialic") * (sialic - 2)
    return (
        f"RT = {constant:.3f} {slope:+.5f} C {bend:+.6f} C² "
        f"{slope_of_n:+.5f} N {model.curvature(group):+.6f} N² "
        f"{model.shape('equivalent carbons cubed'):+.7f} N³ "
        f"{model.shape('no double bond') - by_bond / 2:+.3f} [D=0] "
        f"{model.shape('further double bonds') + by_bond:+.3f} max(D-1, 0) "
        f"{model.shape('further hydroxyls'):+.3f} (O-2) "
        f"{model.shape('carbons x double bonds'):+.5f} (C-38) (max(D-1, 0) - [D=0]/2) "
        f"+ e(ceramide){OF_GRADIENT if model.bend else ''}, {EQUIVALENT_CARBONS}"
    )


def _r2(times: Array, residuals: Array) -> float | None:
    spread = float(np.sum((times - times.mean()) ** 2))
    if len(times) < LEAST_FOR_R2 or spread == 0:
        return None
    return 1 - float(np.sum(residuals**2)) / spread
