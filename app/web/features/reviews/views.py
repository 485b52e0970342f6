"""Reviews as the API and the pages show them."""

from datetime import datetime
from typing import Any

import msgspec

from app.analysis.agreement.kappa import Agreement
from app.db.jobs.sharing.permission import May
from app.db.reviews.adoption import adopted_version
from app.db.reviews.judgements import judgements_of, numbers_judged, resolutions_of
from app.db.reviews.queries import reviewers_of, rows_of
from app.db.reviews.readers import counted
from app.db.reviews.tables import Judgement, Resolution, Reviewer
from app.web.features.reviews.access import Access
from app.web.features.reviews.decisions import Decisions


class ReviewerView(msgspec.Struct, frozen=True, kw_only=True):
    """A reader of a review, by the name that the owner of the job typed.

    ``judged`` counts the rows that they have judged. ``could_see`` means that a job with the same
    table was shared under their name when they were added, so that they may have seen its result
    before; it is null for everybody but the owner of the job, who alone may know of its shares.
    Since ``withdrawn_at`` their judgements do not count, and they can judge no more.
    """

    id: str
    name: str
    judged: int
    could_see: bool | None
    withdrawn_at: datetime | None


class AgreementView(msgspec.Struct, frozen=True, kw_only=True):
    """How far two readers agree on ``rows`` rows that both judged.

    ``observed`` is the share of equal judgements, ``kappa`` is Cohen's, with its 95 % interval from
    ``low`` to ``high``. What the judgements do not decide is null.
    """

    one: str
    other: str
    rows: int
    observed: float | None
    kappa: float | None
    low: float | None
    high: float | None


class ReviewView(msgspec.Struct, frozen=True, kw_only=True):
    """A review of some rows of a job, open until ``closed_at``; times are UTC.

    ``judged`` is how many rows the caller has judged, null if they are no reader. The job, the
    readers and, once it is closed, their agreement and how many conflicts are undecided, are for
    those who may see the job; readers of an open review may not. ``adopted_as`` is the version
    that has the decisions.
    """

    id: str
    file_name: str
    version: int
    rows: int
    note: str
    opened_at: datetime
    closed_at: datetime | None
    judged: int | None
    job: str | None = None
    reviewers: list[ReviewerView] = []
    agreement: list[AgreementView] = []
    conflicts: int | None = None
    undecided: int | None = None
    adopted_as: str | None = None
    links: dict[str, str]

    @property
    def is_open(self) -> bool:
        """Whether its readers can judge."""
        return self.closed_at is None

    @property
    def counted(self) -> int:
        """How many readers were not withdrawn."""
        return sum(each.withdrawn_at is None for each in self.reviewers)


class JudgementView(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader said of a row."""

    reviewer: str
    call: str
    parent_row: int | None
    note: str


class ResolutionView(msgspec.Struct, frozen=True, kw_only=True):
    """How a conflict was decided, and why; ``at`` is UTC."""

    call: str
    note: str
    at: datetime


class ConflictView(msgspec.Struct, frozen=True, kw_only=True):
    """A row that the readers do not agree on, or that one alone judged, and its decision."""

    row: int
    name: str | None
    rt_min: float | None
    judgements: list[JudgementView]
    resolution: ResolutionView | None


async def review_view(found: Access) -> ReviewView:
    """The view of a review for a user: what they may know of it."""
    review, judged = found.review, await numbers_judged(found.review)
    shown = ReviewView(
        id=review.id,
        file_name=found.job.file_name,
        version=found.job.version,
        rows=len(rows_of(review)),
        note=review.note,
        opened_at=review.opened_at,
        closed_at=review.closed_at,
        judged=judged.get(found.reader.account, 0) if found.reader else None,
        links={"self": f"/api/v1/reviews/{review.id}", "page": f"/reviews/{review.id}"},
    )
    return shown if found.may is None else await _with_results(shown, found, judged)


async def _with_results(shown: ReviewView, found: Access, judged: dict[str, int]) -> ReviewView:
    readers = await reviewers_of(found.review)
    more: dict[str, Any] = {
        "job": found.job.id,
        "reviewers": [
            ReviewerView(
                id=each.id,
                name=each.name,
                judged=judged.get(each.account, 0),
                could_see=each.could_see if found.may is May.OWN else None,
                withdrawn_at=each.withdrawn_at,
            )
            for each in readers
        ],
    }
    if not shown.is_open:
        decisions = await decisions_of(found)
        more["agreement"] = [_agreement(*pair) for pair in decisions.pairs()]
        more["conflicts"] = len(decisions.conflicts())
        more["undecided"] = len(decisions.undecided())
        more["adopted_as"] = adopted_version(found.review)
    return msgspec.structs.replace(shown, **more)


async def decisions_of(found: Access) -> Decisions:
    """What the readers of a closed review said, without withdrawn ones, and what was decided."""
    readers = counted(await reviewers_of(found.review))
    accounts = {each.account for each in readers}
    said = [each for each in await judgements_of(found.review) if each.by in accounts]
    return Decisions.of(readers, said, await resolutions_of(found.review))


def _agreement(one: Reviewer, other: Reviewer, found: Agreement) -> AgreementView:
    return AgreementView(
        one=one.name,
        other=other.name,
        rows=found.rows,
        observed=found.observed,
        kappa=found.kappa,
        low=found.low,
        high=found.high,
    )


def judgement_view(said: Judgement, names: dict[str, str]) -> JudgementView:
    """The view of a judgement, with the name of its reader."""
    return JudgementView(
        reviewer=names.get(said.by, ""),
        call=said.call,
        parent_row=said.parent_row,
        note=said.note,
    )


def resolution_view(decided: Resolution) -> ResolutionView:
    """The view of a decision."""
    return ResolutionView(call=decided.call, note=decided.note, at=decided.at)
