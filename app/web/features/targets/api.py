"""The API of targets."""

from typing import Annotated

import msgspec
import polars as pl
from litestar import get
from litestar.di import Provide
from litestar.params import Parameter
from litestar.response import Stream

from app.analysis.targets.choice import TargetChoice
from app.analysis.targets.lists import LISTS, skyline
from app.analysis.targets.lists.list_format import ListFormat
from app.db.jobs.sharing.permission import permitted
from app.db.jobs.tables import Job
from app.runtime.fair_threads import FairThreads
from app.storage import Folder
from app.web.features.results.downloads.job_export import file_stem
from app.web.features.targets.choices import standards_of, target_choice, targets_of
from app.web.features.targets.views import StandardToBuy, Target, standard_views, target_views
from app.web.http.answers.paging import Limit, Offset
from app.web.http.answers.sent_file import saved_as
from app.web.http.faults.errors import QueryError
from app.web.http.faults.problems import problems
from app.web.http.identity.security import READ, AnyRequest

CHOSEN = {"choice": Provide(target_choice)}


class Targets(msgspec.Struct, frozen=True, kw_only=True):
    """Some of ``total`` targets, the likeliest first."""

    total: int
    targets: list[Target]


class Standards(msgspec.Struct, frozen=True, kw_only=True):
    """The standards to buy, in their order."""

    standards: list[StandardToBuy]


ListName = Annotated[
    str,
    Parameter(
        query="format",
        description=f"The program that imports the list: one of {', '.join(LISTS)}.",
        schema_extra={"enum": list(LISTS)},
    ),
]


@get(
    "/api/v1/jobs/{job_id:str}/targets",
    tags=["results"],
    dependencies=CHOSEN,
    responses=problems(404, 409),
    opt=READ,
)
async def list_targets(
    request: AnyRequest,
    job_id: str,
    storage: Folder,
    threads: FairThreads,
    choice: TargetChoice,
    limit: Limit = 1000,
    offset: Offset = 0,
) -> Targets:
    """List what to look for next: species that should be there and that no row is confirmed as.

    Each has its predicted time with the 95 % interval, its usual ions, its probability, and what
    speaks for it: the ceramides of its class, and the other classes with its ceramide.
    """
    job = await permitted(job_id, request.user.name)
    page = slice(offset, offset + limit)
    return await threads.run(request.user.name, _listed, job, storage, choice, page)


def _listed(job: Job, storage: Folder, choice: TargetChoice, page: slice) -> Targets:
    chosen = choice.of(targets_of(job, storage))
    return Targets(total=chosen.height, targets=target_views(chosen[page], choice))


@get(
    "/api/v1/jobs/{job_id:str}/target-list",
    tags=["results"],
    dependencies=CHOSEN,
    responses=problems(404, 409),
    opt=READ,
)
async def download_target_list(
    request: AnyRequest,
    job_id: str,
    storage: Folder,
    threads: FairThreads,
    choice: TargetChoice,
    format_name: ListName = skyline.FORMAT.name,
) -> Stream:
    """Download the targets as an inclusion or transition list for an instrument or for Skyline.

    Transition lists have the ion of sialic acid as product, and leave out species without any.
    Collision energies and other voltages are empty, because they depend on the instrument.
    """
    if format_name not in LISTS:
        raise QueryError(f"There is no list {format_name}; use one of {', '.join(LISTS)}.")
    job, kind = await permitted(job_id, request.user.name), LISTS[format_name]
    targets = await threads.run(request.user.name, targets_of, job, storage)
    text = await threads.run(request.user.name, _text, kind, targets, choice)
    name = f"{file_stem(job)}-targets-{kind.name}.csv"
    return Stream(iter([text]), media_type="text/csv", headers=saved_as(name))


def _text(kind: ListFormat, targets: pl.DataFrame, choice: TargetChoice) -> str:
    return kind.text(choice.ions(targets))


@get(
    "/api/v1/jobs/{job_id:str}/standards",
    tags=["results"],
    responses=problems(404, 409),
    opt=READ,
)
async def list_standards(
    request: AnyRequest, job_id: str, storage: Folder, threads: FairThreads
) -> Standards:
    """List the standards that would leave the least doubt about the rows, in their order.

    A standard settles the rows of its own species and tells the retention law more about others.
    Each is chosen as if those before it were known. Species that have an anchor are left out.
    """
    job = await permitted(job_id, request.user.name)
    found = await threads.run(request.user.name, standards_of, job, storage)
    return Standards(standards=standard_views(found))


HANDLERS = [list_targets, download_target_list, list_standards]
