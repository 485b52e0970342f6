"""The page of quantities."""

from typing import Any

from litestar import Request, get
from litestar.di import Provide
from litestar.response import Template
from litestar.status_codes import HTTP_200_OK, HTTP_400_BAD_REQUEST

from app.db.jobs.sharing.permission import permitted
from app.runtime.fair_threads import FairThreads
from app.web.features.quantities.context import choice_context, quantity_context
from app.web.features.quantities.view import QuantityView, quantity_view
from app.web.features.results.quantifier import Quantifier
from app.web.http.identity.security import READ, User
from app.web.job_view import view


@get(
    "/jobs/{job_id:str}/quantities",
    include_in_schema=False,
    dependencies={"wanted": Provide(quantity_view)},
    opt=READ,
)
async def quantity_page(
    request: Request[User, Any, Any],
    job_id: str,
    quantifier: Quantifier,
    threads: FairThreads,
    wanted: QuantityView,
    wait: bool = False,
) -> Template:
    """How much of each class or species each sample has.

    Those of a large result take seconds: the first answer says so, and asks again with ``wait``.
    A standard that cannot be read is answered 400, with the quantities and a sentence beside it.
    """
    job, user = await permitted(job_id, request.user.name), request.user.name
    status = HTTP_400_BAD_REQUEST if wanted.errors and not wait else HTTP_200_OK
    rows = 0 if wait else await quantifier.rows_to_wait_for(job, wanted.amounts, user=user)
    if rows:
        context = choice_context(wanted) | {"rows_to_wait_for": rows}
    else:
        found = await quantifier.quantities_of(job, wanted.amounts, user=user)
        context = await threads.run(user, quantity_context, found, wanted)
    return Template(
        "pages/quantities.html", context={"job": view(job), **context}, status_code=status
    )
