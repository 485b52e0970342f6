"""The page of quantities."""

from typing import Any

from litestar import Request, get
from litestar.di import Provide
from litestar.response import Template
from litestar.status_codes import HTTP_200_OK, HTTP_400_BAD_REQUEST

from app.db.jobs.shares import permitted
from app.runtime.fair_threads import FairThreads
from app.storage import Folder
from app.web.features.quantities.context import quantity_context
from app.web.features.quantities.view import QuantityView, quantity_view
from app.web.features.results.rows import result_of
from app.web.http.security import READ, User
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
    storage: Folder,
    threads: FairThreads,
    wanted: QuantityView,
) -> Template:
    """How much of each class or species each sample has.

    A standard that cannot be read is answered 400, with the quantities and a sentence beside it.
    """
    job = await permitted(job_id, request.user.name)
    result = result_of(job, storage)
    context = await threads.run(request.user.name, quantity_context, job, result, wanted)
    return Template(
        "pages/quantities.html",
        context={"job": view(job), **context},
        status_code=HTTP_400_BAD_REQUEST if wanted.errors else HTTP_200_OK,
    )
