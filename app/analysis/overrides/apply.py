"""Apply overrides: anchors to the peaks before the models are fitted, calls to the rows after."""

from collections.abc import Iterator

import polars as pl

from app.analysis.overrides.override import OverrideError, Overrides, is_usable
from app.analysis.reporting.consolidation import WITH_PARENT, consolidated
from app.analysis.reporting.reasons import read_reasons
from app.analysis.reporting.result import ROW_SCHEMA
from app.analysis.state.data_warning import DataWarning

# The code of the warnings that an override is not applied.
NOT_APPLIED = "override_not_applied"
# The rule number of a call that a person decided.
BY_HAND = 0


def check_overridden_rows(rows: pl.DataFrame, overrides: Overrides) -> None:
    """Check that each overridden row is one of ``rows`` (``ROW_SCHEMA``) and could be used.

    Raises:
        OverrideError: a row does not exist, or the analysis could not use it.
    """
    for row in _overridden_rows(rows, overrides).iter_rows(named=True):
        if not is_usable(row):
            raise OverrideError(
                f"Row {row['row']} cannot be used, so it cannot be overridden: {row['reason']}"
            )


def usable_overrides(rows: pl.DataFrame, overrides: Overrides) -> Overrides:
    """The overrides of rows (``ROW_SCHEMA``) that could be used.

    A newer version can set a row apart that an older one judged, so that an override which was
    valid when it was stored has nothing to change any more.

    Raises:
        OverrideError: a row does not exist.
    """
    found = _overridden_rows(rows, overrides).iter_rows(named=True)
    return [each for each, row in zip(overrides, found, strict=True) if is_usable(row)]


def without_anchors(rows: pl.DataFrame, peaks: pl.DataFrame, left_out: Overrides) -> pl.DataFrame:
    """Rows (``ROW_SCHEMA``) with the anchors of the table where an override is left out."""
    of_table = peaks.select("row", "anchor").filter(
        pl.col("row").is_in([each.row for each in left_out])
    )
    return rows.update(of_table, on="row") if left_out else rows


def warnings_of_overrides(rows: pl.DataFrame, left_out: Overrides) -> Iterator[DataWarning]:
    """A warning for each override that is left out."""
    found = read_reasons(_overridden_rows(rows, left_out))["reason"]
    for each, reason in zip(left_out, found, strict=True):
        message = (
            f"The override of row {each.row} is not applied, because the row is not judged: "
            f"{reason}"
        )
        yield DataWarning(NOT_APPLIED, message, (each.row,))


def _overridden_rows(rows: pl.DataFrame, overrides: Overrides) -> pl.DataFrame:
    for each in overrides:
        if each.row > rows.height:
            raise OverrideError(f"There is no row {each.row}; the table has {rows.height:,}.")
    return rows[[each.row - 1 for each in overrides]]


def with_anchors(peaks: pl.DataFrame, overrides: Overrides) -> pl.DataFrame:
    """Peaks (``PEAK_SCHEMA``) with the anchors that a person chose."""
    chosen = {each.row: each.anchor for each in overrides if each.anchor is not None}
    anchor = pl.col("row").replace_strict(chosen, default=None, return_dtype=pl.Boolean)
    return peaks.with_columns(anchor=pl.coalesce(anchor, "anchor")) if chosen else peaks


def with_calls(rows: pl.DataFrame, overrides: Overrides) -> pl.DataFrame:
    """Rows (``STORED_SCHEMA``) with the calls that a person chose, rule 0 and their reasons.

    The confidence stays that of the model. Volumes are consolidated again.
    """
    chosen = [each for each in overrides if each.call is not None]
    if not chosen:
        return rows
    by_hand = pl.DataFrame(
        {
            "row": [each.row for each in chosen],
            "call": [each.call for each in chosen],
            "reason": [each.reason.strip() for each in chosen],
            "rule": BY_HAND,
        },
        schema={name: ROW_SCHEMA[name] for name in ("row", "call", "reason", "rule")},
    )
    called = rows.update(by_hand, on="row")
    is_by_hand = pl.col("row").is_in([each.row for each in chosen])
    called = called.with_columns(ion=pl.when(~is_by_hand).then("ion"))
    has_parent = pl.col("call").is_in(WITH_PARENT) | pl.col("ion").is_not_null()
    called = called.with_columns(parent_row=pl.when(has_parent).then("parent_row"))
    if "reason_case" in rows.columns:  # a person's reason is in words
        called = called.with_columns(reason_case=pl.when(~is_by_hand).then("reason_case"))
    return consolidated(called).select(rows.columns)


def rows_before_overrides(
    rows: pl.DataFrame, peaks: pl.DataFrame, overrides: Overrides
) -> pl.DataFrame:
    """The overridden rows before their overrides: row, call, rule, reason, anchor.

    ``rows`` (``STORED_SCHEMA``) are those before ``with_calls``, ``peaks`` those before
    ``with_anchors``. A rule's call counts the anchors that were chosen.
    """
    chosen = pl.col("row").is_in([each.row for each in overrides])
    anchors = peaks.filter(chosen).select("row", "anchor")
    ruled = read_reasons(rows.filter(chosen)).select("row", "call", "rule", "reason")
    return ruled.join(anchors, on="row")
