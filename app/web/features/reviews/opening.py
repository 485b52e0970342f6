"""Opens a review of the rows of a result that match a filter."""

from collections.abc import Sequence

from app.db.jobs.sharing.permission import May, permitted
from app.db.reviews.errors import ReviewConflictError
from app.db.reviews.store import NewReview, open_review
from app.runtime.fair_threads import FairThreads
from app.storage import Folder
from app.web.features.results.filters.row_filter import RowFilter
from app.web.features.reviews.access import Access
from app.web.features.reviews.blind_rows import reviewable_rows
from app.web.http.identity.security import User

NO_ACCOUNTS = (
    "A review needs at least two people with accounts. This server has none: everybody who reaches "
    "it is one user. You can sign off a version all the same."
)


async def open_for(
    job_id: str,
    user: User,
    names: Sequence[str],
    which: RowFilter,
    note: str,
    storage: Folder,
    threads: FairThreads,
) -> Access:
    """Open a review of a user's job.

    Raises:
        ReviewConflictError: the server has no accounts, or a review of the job is open.
        ReviewError: the readers, the rows or the note cannot be used.
    """
    job = await permitted(job_id, user.name, May.OWN)
    if not user.has_account:
        raise ReviewConflictError(NO_ACCOUNTS)
    rows = await threads.run(user.name, reviewable_rows, job, which, storage)
    review = await open_review(job, NewReview(names, rows, note), by=user.name)
    return Access(review, job, None, May.OWN)
