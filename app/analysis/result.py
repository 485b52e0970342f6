"""What an analysis gives back: a call for every row, the models, and how each rule judged."""

from dataclasses import dataclass

import polars as pl

from app.analysis.data_warning import DataWarning
from app.analysis.trail import trail

CALLS = ("true", "fragment", "outlier", "ambiguous", "invalid")

ROW_SCHEMA: dict[str, pl.DataType] = {
    "row": pl.UInt32(),
    "sample": pl.String(),
    "name": pl.String(),
    "rt_min": pl.Float64(),
    "peak_area": pl.Float64(),
    "log_p": pl.Float64(),
    "anchor": pl.Boolean(),
    "species": pl.String(),
    "prefix": pl.String(),
    "category": pl.String(),
    "carbons": pl.Int32(),
    "double_bonds": pl.Int32(),
    "hydroxyls": pl.Int32(),
    "sugars": pl.Int32(),
    "call": pl.String(),
    "rule": pl.UInt8(),
    "reason": pl.String(),
    "parent_row": pl.UInt32(),
    "isomer": pl.String(),
    "predicted_rt_min": pl.Float64(),
    "residual_min": pl.Float64(),
    "studentised_residual": pl.Float64(),
    "interval_low_min": pl.Float64(),
    "interval_high_min": pl.Float64(),
    "confidence": pl.Float64(),
    "consolidated_volume": pl.Float64(),
}

MODEL_SCHEMA: dict[str, pl.DataType] = {
    "prefix": pl.String(),
    "isomer": pl.String(),
    "n": pl.UInt32(),
    "anchors": pl.UInt32(),
    "r2": pl.Float64(),
    "loo_r2": pl.Float64(),
    "rmse_min": pl.Float64(),
    "equation": pl.String(),
    "meets_r2_threshold": pl.Boolean(),
    "extrapolated": pl.Boolean(),
}


@dataclass(frozen=True)
class Analysis:
    """The result: ``rows`` in input order (ROW_SCHEMA) and ``models`` (MODEL_SCHEMA).

    ``notes`` has one row for each input row, with what the rules said of it in numbers, and
    ``findings`` what they said of whole prefixes. The sentences of ``trail`` (TRAIL_SCHEMA) are
    made of these when asked for; app/analysis/trail.py makes those of a few rows alone.
    """

    rows: pl.DataFrame
    models: pl.DataFrame
    notes: pl.DataFrame
    findings: pl.DataFrame
    warnings: tuple[DataWarning, ...] = ()

    @property
    def trail(self) -> pl.DataFrame:
        """What each rule said about each row: ten sentences a row."""
        return trail(self.notes, self.findings)

    def counts(self) -> dict[str, int]:
        """Rows by call, every call named."""
        found = dict(self.rows.group_by("call").len().iter_rows())
        return {call: found.get(call, 0) for call in CALLS}
