"""What a refit moves: the rows whose calls differ from the version before, and what moved them."""

from collections.abc import Iterator

import polars as pl

from app.analysis.overrides.override import Override, Overrides

THIS_REFIT = "This refit"


def early_hand_calls(calls: pl.DataFrame, overrides: Overrides) -> pl.DataFrame:
    """Calls (row, call, is_judged) with those that a person chose: row, call.

    A row that was not judged, such as a standard, keeps its call, as ``usable_overrides`` has it.
    """
    chosen = {each.row: each.call for each in overrides if each.call is not None}
    by_hand = pl.col("row").replace_strict(chosen, default=None, return_dtype=pl.String)
    is_usable = (pl.col("call") != "invalid") | pl.col("is_judged")
    call = pl.when(is_usable & by_hand.is_not_null()).then(by_hand).otherwise("call")
    return calls.select("row", call=call if chosen else pl.col("call"))


def moved_calls(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """The rows whose calls differ between two runs of one table: row, before, after.

    Both have the columns row and call; rows that only one of them has are left out.
    """
    both = before.select("row", before="call").join(after.select("row", after="call"), on="row")
    return both.filter(pl.col("before") != pl.col("after")).sort("row")


def changed_overrides(before: Overrides, now: Overrides) -> list[tuple[Override | None, ...]]:
    """The override of each row before and now, for rows where the decision differs."""
    earlier, later = ({each.row: each for each in those} for those in (before, now))
    pairs = [(earlier.get(row), later.get(row)) for row in sorted({*earlier, *later})]
    return [(one, other) for one, other in pairs if _decision(one) != _decision(other)]


def cause_of(before: Overrides, now: Overrides) -> str:
    """What moves the calls, as the subject of a sentence, such as ``This anchor``."""
    changed = changed_overrides(before, now)
    if len(changed) == 1:
        return _cause_of_one(*changed[0])
    if not changed:
        return THIS_REFIT
    if all(each is None for _, each in changed):
        return f"Taking back {len(changed):,} overrides"
    return f"These {len(changed):,} overrides"


def sentence_on(cause: str, total: int, *, so_far: bool = False, of: str = "call") -> str:
    """Say what moved how many calls, as in "This anchor moved 14 calls."."""
    number = f"{total:,}" if total else "no"
    ending = "" if total == 1 else "s"
    return f"{cause} moved {number} {of}{ending}{' so far' if so_far else ''}."


def _cause_of_one(before: Override | None, now: Override | None) -> str:
    if now is None:
        return "Taking back this override"
    parts = set(_changed_parts(before, now))
    if parts == {"anchor"} and now.anchor is not None:
        return "This anchor" if now.anchor else "Taking away this anchor"
    return "This decision" if parts == {"call"} else "This override"


def _changed_parts(before: Override | None, now: Override) -> Iterator[str]:
    for part in ("call", "anchor"):
        if (getattr(before, part) if before else None) != getattr(now, part):
            yield part


def _decision(override: Override | None) -> tuple[str | None, bool | None]:
    return (override.call, override.anchor) if override else (None, None)
