"""The methods of the asynchronous client about reviews and the sign-off of versions."""

from collections.abc import Iterable
from typing import Any

from sialoscope_client.asynchronous.jobs import AsyncJobMethods
from sialoscope_client.calls import review_calls
from sialoscope_client.calls.call import JobOrId
from sialoscope_client.calls.review_calls import Judged, Review, ReviewRow
from sialoscope_client.jobs import Job


class AsyncReviewMethods(AsyncJobMethods):
    """What a client does with reviews; ``_run`` makes a call."""

    async def open_review(
        self, job: JobOrId, reviewers: Iterable[str], *, note: str = "", **which: str
    ) -> Review:
        """Ask reviewers, by the names of their accounts, to judge rows without seeing the result.

        The filter has the fields of ``rows``, such as ``prefix``; without one all rows are judged.
        """
        return await self._run(review_calls.open_review(job, reviewers, which, note))

    async def reviews(self, job: JobOrId | None = None) -> list[Review]:
        """List the reviews of a job, or without one those that wait for your judgements."""
        return (await self._run(review_calls.reviews(job)))["reviews"]

    async def review(self, review: Review | str) -> Review:
        """Read a review: its progress, and the agreement once it is closed."""
        return await self._run(review_calls.review(review))

    async def review_rows(self, review: Review | str) -> list[ReviewRow]:
        """List the rows that you judge, as the table has them."""
        return await self._run(review_calls.review_rows(review))

    async def judge(
        self,
        review: Review | str,
        row: int,
        call: Judged,
        *,
        parent_row: int | None = None,
        note: str = "",
    ) -> ReviewRow:
        """Judge a row; it replaces what you said before."""
        return await self._run(review_calls.judge(review, row, call, parent_row, note))

    async def add_reviewer(self, review: Review | str, name: str) -> Review:
        """Ask one more account to judge the rows of an open review of your job."""
        return await self._run(review_calls.add_reviewer(review, name))

    async def withdraw_reviewer(self, review: Review | str, reviewer_id: str) -> Review:
        """Withdraw a reviewer, by its ``id`` in ``reviewers``: what they judged does not count."""
        return await self._run(review_calls.withdraw_reviewer(review, reviewer_id))

    async def close_review(self, review: Review | str) -> Review:
        """Close a review of your job: its judgements can be seen then."""
        return await self._run(review_calls.close_review(review))

    async def conflicts(self, review: Review | str) -> list[dict[str, Any]]:
        """List the rows that the reviewers do not agree on, with their judgements."""
        return await self._run(review_calls.conflicts(review))

    async def decide(self, review: Review | str, row: int, call: Judged, note: str) -> None:
        """Decide a row that the reviewers do not agree on; ``note`` says why."""
        await self._run(review_calls.decide(review, row, call, note))

    async def adopt(self, review: Review | str) -> Job:
        """Make the next version of the job with what the reviewers decided."""
        return await self.job(await self._run(review_calls.adopt(review)))

    async def sign_off(self, job: JobOrId, note: str = "") -> Job:
        """Sign off a version of yours: it is locked for good."""
        return await self._run(review_calls.sign_off(job, note))
