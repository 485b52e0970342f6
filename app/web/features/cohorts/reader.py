"""Reads the cohort of a request in a thread: of a job that its user may see, in the wanted view."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from litestar import Request
from litestar.di import Provide

from app.analysis.quantities.species import Quantities
from app.db.jobs.sharing.permission import permitted
from app.db.jobs.tables import Job
from app.runtime.fair_threads import FairThreads
from app.storage import Folder
from app.web.features.cohorts.cohort import Cohort, cohort_of
from app.web.features.cohorts.query import CohortQuery, cohort_query, readable_query
from app.web.features.results.quantifier import Quantifier
from app.web.http.identity.security import User

Found = TypeVar("Found")


@dataclass(frozen=True)
class CohortReader:
    """The cohort of a job for one user, which is read when it is needed."""

    job: Job
    user: str
    storage: Folder
    threads: FairThreads
    quantifier: Quantifier
    wanted: CohortQuery

    async def read(self, view: Callable[[Cohort], Found]) -> Found:
        """Read the cohort and return a view of it; large results take seconds.

        Raises:
            JobConflictError: The job has no result, or one with a single sample.
            NoPlaceError, CannotMakeError, OSError: As for exports, if the values are amounts.
        """
        found = await self._quantities() if self.wanted.needs_amounts else None

        def work() -> Found:
            return view(cohort_of(self.job, self.storage, self.wanted, found))

        return await self.threads.run(self.user, work)

    async def _quantities(self) -> Quantities:
        return await self.quantifier.quantities_of(self.job, self.wanted.amounts, user=self.user)


async def cohort_reader(
    request: Request[User, Any, Any],
    job_id: str,
    storage: Folder,
    threads: FairThreads,
    quantifier: Quantifier,
    wanted: CohortQuery,
) -> CohortReader:
    """The reader of the cohort that a request names.

    Raises:
        JobNotFoundError: There is no such job, or the user may not see it.
    """
    job = await permitted(job_id, request.user.name)
    return CohortReader(job, request.user.name, storage, threads, quantifier, wanted)


# The dependencies of a handler that takes a ``cohort: CohortReader``. A page shows what is wrong
# with a standard beside its field; the API refuses it.
READ_COHORT_PAGE = {"wanted": Provide(cohort_query), "cohort": Provide(cohort_reader)}
READ_COHORT = {
    "cohort_view": Provide(cohort_query),
    "wanted": Provide(readable_query),
    "cohort": Provide(cohort_reader),
}
