"""The page of targets."""

from typing import Any
from urllib.parse import urlencode

from litestar import Request, get
from litestar.di import Provide
from litestar.response import Template

from app.analysis.targets.choice import TargetChoice
from app.analysis.targets.lists import LISTS
from app.analysis.targets.target_ions import POLARITIES
from app.db.jobs.errors import JobConflictError
from app.db.jobs.sharing.permission import permitted
from app.db.jobs.tables import Job
from app.runtime.fair_threads import FairThreads
from app.storage import Folder
from app.web.features.results.rows import result_of
from app.web.features.targets.choices import standards_of, target_choice, targets_of
from app.web.features.targets.views import standard_views, target_views
from app.web.http.identity.security import READ, User
from app.web.job_view import view

# Rendering more lines would hold up other requests.
MOST_LINES = 500
# The choices of the form, each with its words.
PROBABILITIES = {0.9: "90 % or more", 0.75: "75 % or more", 0.5: "50 % or more"} | {
    0.25: "25 % or more",
    0.0: "any",
}


@get(
    "/jobs/{job_id:str}/targets",
    include_in_schema=False,
    dependencies={"choice": Provide(target_choice)},
    opt=READ,
)
async def target_page(
    request: Request[User, Any, Any],
    job_id: str,
    storage: Folder,
    threads: FairThreads,
    choice: TargetChoice,
) -> Template:
    """What to look for next: the species that should be there and were not confirmed."""
    job, user = await permitted(job_id, request.user.name), request.user.name
    context = await threads.run(user, _context, job, storage, choice)
    return Template("pages/targets.html", context={"job": view(job), **context})


def _context(job: Job, storage: Folder, choice: TargetChoice) -> dict[str, Any]:
    result_of(job, storage)  # raises if there is no result
    context: dict[str, Any] = {
        "choice": choice,
        "query": _query(choice),
        "polarities": POLARITIES,
        "probabilities": PROBABILITIES | {choice.probability_from: _words(choice.probability_from)},
        "lists": LISTS.values(),
        "missing": "",
    }
    try:
        targets, standards = targets_of(job, storage), standards_of(job, storage)
    except JobConflictError as error:
        return context | {"missing": str(error)}
    found = choice.of(targets)
    return context | {
        "total": found.height,
        "of_all": targets.height,
        "standards": standard_views(standards),
        "targets": target_views(found.head(MOST_LINES), choice),
    }


def _query(choice: TargetChoice) -> str:
    """The choice in an address, for the links to the lists."""
    return urlencode(
        {
            "polarity": choice.polarity,
            "probability_from": f"{choice.probability_from:g}",
            "margin_min": f"{choice.margin_min:g}",
        }
    )


def _words(probability: float) -> str:
    return PROBABILITIES.get(probability, f"{100 * probability:g} % or more")
