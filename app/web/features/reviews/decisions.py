"""What the readers of a closed review agree on, what they do not, and how it was decided."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from app.analysis.agreement.kappa import Agreement, agreement
from app.analysis.overrides.override import Override
from app.analysis.state.calls import assignment
from app.db.reviews.tables import Judgement, Resolution, Reviewer


@dataclass(frozen=True)
class Decisions:
    """The judgements of a closed review by row, and the decisions on its conflicts.

    A row is agreed if at least two readers judged it, all alike. It is a conflict if they differ,
    or one reader alone judged it. Rows that nobody judged are neither.
    """

    readers: Sequence[Reviewer]
    judged: dict[int, list[Judgement]]
    resolved: dict[int, Resolution] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        readers: Sequence[Reviewer],
        judgements: Iterable[Judgement],
        resolutions: Iterable[Resolution],
    ) -> "Decisions":
        """Order the judgements by row."""
        judged: dict[int, list[Judgement]] = defaultdict(list)
        for each in judgements:
            judged[each.row].append(each)
        return cls(readers, dict(sorted(judged.items())), {each.row: each for each in resolutions})

    def agreed(self) -> dict[int, str]:
        """Return the call of each row that the readers agree on."""
        return {
            row: said[0].call
            for row, said in self.judged.items()
            if len(said) > 1 and len({each.call for each in said}) == 1
        }

    def conflicts(self) -> list[int]:
        """Return the rows that somebody has to decide, or has decided."""
        agreed = self.agreed()
        return [row for row in self.judged if row not in agreed]

    def undecided(self) -> list[int]:
        """Return the conflicts without a decision."""
        return [row for row in self.conflicts() if row not in self.resolved]

    def pairs(self) -> list[tuple[Reviewer, Reviewer, Agreement]]:
        """Return how far each two readers agree on the rows that both judged."""
        calls: dict[str, dict[int, str]] = defaultdict(dict)
        for row, said in self.judged.items():
            for each in said:
                calls[each.by][row] = each.call
        return [
            (one, other, _agreement(calls[one.account], calls[other.account]))
            for one, other in combinations(self.readers, 2)
        ]

    def overrides(self) -> list[Override]:
        """Return what the readers decided as overrides, each with its reason."""
        found = [
            Override(row=row, call=call, reason=_agreement_in_words(self.judged[row]))
            for row, call in self.agreed().items()
        ]
        for row in self.conflicts():
            if decided := self.resolved.get(row):
                reason = f"Reviewers said {_said(self.judged[row])}; decided: {decided.note}"
                found.append(Override(row=row, call=decided.call, reason=reason))
        return found


def _agreement(one: dict[int, str], other: dict[int, str]) -> Agreement:
    both = sorted(one.keys() & other.keys())
    return agreement([one[row] for row in both], [other[row] for row in both])


def _agreement_in_words(said: Sequence[Judgement]) -> str:
    parents = {each.parent_row for each in said} - {None}
    of = f" of row {parents.pop()}" if len(parents) == 1 else ""
    return f"{len(said)} reviewers agree without seeing the result: {assignment(said[0].call)}{of}."


def _said(said: Sequence[Judgement]) -> str:
    return " and ".join(sorted(assignment(each.call) for each in said))
