"""Publishes which calls a refit moves, as soon as they are known and before its result is saved."""

import logging
from pathlib import Path

import polars as pl

from app.analysis.overrides.moved import (
    cause_of,
    changed_overrides,
    early_hand_calls,
    moved_calls,
    sentence_on,
)
from app.analysis.reporting.early_calls import early_calls
from app.analysis.state.analysis_state import AnalysisState
from app.contract.events import CallsMoved, MovedCalls
from workers.analysis.event_log import Publish
from workers.analysis.messages import Request, VersionBefore

# The rows that one event names, and all events of a refit together: a stream holds 500 events.
MOST_AT_ONCE = 1_000
MOST_NAMED = 100_000
# Rows with the changed overrides come first, then those of their prefixes.
OVERRIDDEN, OF_SAME_PREFIX, OTHER = range(3)
NOTHING_YET = pl.DataFrame(schema={"row": pl.UInt32, "before": pl.String, "after": pl.String})

logger = logging.getLogger(__name__)


class NoMoves:
    """Of a job that is no refit, or whose version before is gone: there is nothing to publish."""

    def begin(self) -> None:
        """Publish the calls that were chosen by hand, which no fit changes."""

    def fitted(self, state: AnalysisState) -> None:
        """Publish the calls by the fitted model."""

    def saved(self, rows: pl.DataFrame) -> None:
        """Publish what the saved rows (``ROW_SCHEMA``) have otherwise; after that nothing moves."""

    def summary(self) -> dict[str, object]:
        """Return what moved the calls, and how many, for the summary of the job."""
        return {}


class RefitMoves(NoMoves):
    """The calls that a refit moves, against ``earlier`` ones (row, call, is_judged, rank)."""

    def __init__(
        self, request: Request, before: VersionBefore, earlier: pl.DataFrame, publish: Publish
    ) -> None:
        self._attempt = request.about.attempt
        self._before = before.job
        self._overrides = request.overrides
        self._cause = cause_of(before.overrides, request.overrides)
        self._earlier = earlier
        self._publish = publish
        self._named = NOTHING_YET
        self._total = 0

    def begin(self) -> None:  # noqa: D102 - as above
        self._compare(early_hand_calls(self._earlier, self._overrides))

    def fitted(self, state: AnalysisState) -> None:  # noqa: D102
        self._compare(early_hand_calls(early_calls(state), self._overrides))

    def saved(self, rows: pl.DataFrame) -> None:  # noqa: D102
        self._compare(rows, is_provisional=False)

    def summary(self) -> dict[str, object]:  # noqa: D102
        return {"moved": {"before": self._before, "cause": self._cause, "total": self._total}}

    def _compare(self, calls: pl.DataFrame, *, is_provisional: bool = True) -> None:
        moved = moved_calls(self._earlier, calls)
        self._total = moved.height
        news = self._news(moved)
        for start in range(0, max(news.height, 1), MOST_AT_ONCE):
            is_last = start + MOST_AT_ONCE >= news.height
            part = news.slice(start, MOST_AT_ONCE)
            self._publish(self._event(part, is_provisional=is_provisional or not is_last))

    def _news(self, moved: pl.DataFrame) -> pl.DataFrame:
        """The rows to name now: that moved since the last event, or did not move after all."""
        back = self._named.join(moved, on="row", how="anti").with_columns(after="before")
        new = moved.join(self._named, on=moved.columns, how="anti")
        kept = self._named.join(pl.concat([back, new]), on="row", how="anti")
        ranked = new.join(self._earlier.select("row", "rank"), on="row").sort("rank", "row")
        new = ranked.head(MOST_NAMED - kept.height).drop("rank")
        self._named = pl.concat([kept, new])
        return pl.concat([new, back])

    def _event(self, news: pl.DataFrame, *, is_provisional: bool) -> CallsMoved:
        grouped = news.group_by("before", "after", maintain_order=True).agg(rows=pl.col("row"))
        return CallsMoved(
            before=self._before,
            attempt=self._attempt,
            total=self._total,
            cause=self._cause,
            sentence=sentence_on(self._cause, self._total, so_far=is_provisional),
            is_provisional=is_provisional,
            changes=[MovedCalls(**each) for each in grouped.iter_rows(named=True)],
            left_out=self._total - self._named.height,
        )


def moves_of(request: Request, publish: Publish) -> NoMoves:
    """Return what publishes the moved calls of a job."""
    before = request.before
    if before is None:
        return NoMoves()
    try:
        earlier = _earlier_calls(before, request)
    except (OSError, pl.exceptions.PolarsError) as error:
        logger.warning("The moved calls are not shown: %s", error)
        return NoMoves()
    return RefitMoves(request, before, earlier, publish)


def _earlier_calls(before: VersionBefore, request: Request) -> pl.DataFrame:
    """The calls of the version before: row, call, is_judged, rank."""
    columns = ("row", "call", "prefix", "predicted_rt_min")
    rows = pl.read_parquet(Path(before.rows), columns=list(columns))
    changed = changed_overrides(before.overrides, request.overrides)
    numbers = [each.row for pair in changed for each in pair if each is not None]
    is_overridden = pl.col("row").is_in(numbers)
    prefixes = rows.filter(is_overridden)["prefix"].drop_nulls()
    is_near = pl.col("prefix").is_in(prefixes.implode()).fill_null(value=False)
    rank = pl.when(is_overridden).then(OVERRIDDEN).when(is_near).then(OF_SAME_PREFIX)
    return rows.select(
        "row",
        "call",
        is_judged=pl.col("predicted_rt_min").is_not_null(),
        rank=rank.otherwise(OTHER),
    )
