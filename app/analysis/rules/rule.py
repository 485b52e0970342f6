"""What a rule is, and the report of a rule that has run."""

from collections.abc import Callable

import msgspec
import numpy as np
import polars as pl

from app.analysis.state.analysis_state import AnalysisState


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One of the rules.

    Its ``number`` never changes, wherever the rule stands in the list: stored results have its
    verdicts under that number.

    ``needs`` and ``gives`` are columns of what is found of the peaks. ``apply`` adds among others
    the column ``verdict_N``; ``unusable`` is the verdict on a row that cannot be used, if there is
    one. ``sentence`` is an expression that explains the verdict on a row; it is None for a rule
    that judges whole prefixes (``prefix_verdicts``).
    """

    number: int
    title: str
    needs: tuple[str, ...] = ()
    gives: tuple[str, ...]
    apply: Callable[[AnalysisState], AnalysisState]
    sentence: pl.Expr | None = None
    unusable: str | None = None
    is_heavy: bool = False

    @property
    def verdict(self) -> str:
        """The name of the column with this rule's verdicts."""
        return f"verdict_{self.number}"


class RuleReport(msgspec.Struct, frozen=True):
    """The number of rows by the verdict of a rule that has run."""

    number: int
    title: str
    counts: dict[str, int]


def report_of(rule: Rule, state: AnalysisState) -> RuleReport:
    """Count the rows by the verdict of a rule that has run."""
    words = state.labels[rule.verdict]
    numbers = [int(np.count_nonzero(state[rule.verdict] == n)) for n in range(len(words))]
    counts = {word: number for word, number in zip(words, numbers, strict=True) if word and number}
    unusable = state.table.height - state.table["problem"].null_count()
    if rule.unusable and unusable:
        counts[rule.unusable] = unusable
    ordered = sorted(counts.items(), key=lambda count: (-count[1], count[0]))
    return RuleReport(rule.number, rule.title, dict(ordered))
