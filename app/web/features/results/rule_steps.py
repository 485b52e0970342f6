"""What each rule did, step by step, in the order in which the rules ran.

The calls are made together by the last rule, from what all rules found. The result keeps the
verdict of each rule on each row, and the rule that decided the call of each row.
"""

from dataclasses import dataclass

import polars as pl

from app.analysis.state.calls import CALLS
from app.web.features.results.rows import Result

# Rows of a verdict are linked if there are at most so many; an address has no room for more.
MOST_LINKED = 100
NO_RULE = "No rule: rows that cannot be used, and what was decided by hand"


@dataclass(frozen=True)
class Verdict:
    """A verdict of a rule, on how many rows, and their numbers if they are few."""

    word: str
    rows: int
    numbers: str


@dataclass(frozen=True)
class Step:
    """A rule: its verdicts, the calls that it decided, and all calls decided up to it.

    Step 0 has what no rule decided: rows that cannot be used, and calls that a person set.
    """

    number: int
    title: str
    verdicts: list[Verdict]
    decided: dict[str, int]
    so_far: dict[str, int]
    still_open: int


def rule_steps(result: Result) -> list[Step]:
    """The steps of all rules, after what no rule decided."""
    # Imported here because it imports all rules, which other pages do not need.
    from app.analysis.rules import RULES

    by_rule = result.rows().group_by("rule", "call").len().collect().rows()
    notes = result.notes()
    known = notes.collect_schema().names()
    so_far, still_open = dict.fromkeys(CALLS, 0), sum(count for *_, count in by_rule)
    steps = []
    order = [(0, NO_RULE, ""), *((rule.number, rule.title, rule.verdict) for rule in RULES)]
    for number, title, column in order:
        decided = {call: count for rule, call, count in by_rule if rule == number}
        so_far = {call: so_far[call] + decided.get(call, 0) for call in CALLS}
        still_open -= sum(decided.values())
        verdicts = _verdicts(notes, column) if column in known else []
        steps.append(Step(number, title, verdicts, decided, so_far, still_open))
    return steps if steps[0].decided else steps[1:]


def _verdicts(notes: pl.LazyFrame, column: str) -> list[Verdict]:
    """The verdicts of a rule, the commonest first."""
    first = pl.col("row").head(MOST_LINKED)
    found = notes.drop_nulls(column).group_by(column).agg(pl.len(), rows=first).collect()
    ordered = sorted(found.iter_rows(), key=lambda verdict: (-verdict[1], verdict[0]))
    return [
        Verdict(word, count, ",".join(map(str, sorted(rows))) if count <= MOST_LINKED else "")
        for word, count, rows in ordered
    ]
