"""The API of retention libraries."""

from dataclasses import dataclass
from typing import Annotated

import msgspec
from litestar import Response, delete, get, post, put
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body

from app.accounts.signer import Signer
from app.db.jobs.sharing.permission import permitted
from app.db.libraries.store import delete_library, library_of, record_event, share_library
from app.db.security.trail import EventKind
from app.proof.library_file import MOST_BYTES, SUFFIX
from app.runtime.fair_threads import FairThreads
from app.storage import Folder
from app.web.features.libraries.saving import import_library, library_file, save_run
from app.web.features.libraries.views import (
    LibraryDetails,
    LibraryView,
    all_libraries,
    details,
    library_view,
)
from app.web.http.answers.sent_file import saved_as
from app.web.http.bodies.booleans import refuse_numbers
from app.web.http.faults.problems import problems
from app.web.http.identity.security import MANAGE, READ, AnyRequest


class NewLibrary(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A finished job whose retention law is to be saved under the name of a method."""

    job: str
    name: str


class LibrarySharing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether everybody may use a library."""

    is_shared: bool


@dataclass(kw_only=True)
class LibraryUpload:
    """The file of a library; ``name`` is another name than that of the file."""

    file: Annotated[UploadFile, Body(description=f"The signed file of a library ({SUFFIX}).")]
    name: str = ""


class Libraries(msgspec.Struct, frozen=True, kw_only=True):
    """The libraries that the caller may use, by name."""

    libraries: list[LibraryView]


@get("/api/v1/libraries", tags=["libraries"], responses=problems(), opt=READ)
async def list_libraries(request: AnyRequest) -> Libraries:
    """List the caller's retention libraries, and those that others share."""
    return Libraries(libraries=await all_libraries(request.user.name))


@post(
    "/api/v1/libraries",
    tags=["libraries"],
    status_code=201,
    responses=problems(404, 409),
    opt=MANAGE,
)
async def save_library(
    request: AnyRequest, data: NewLibrary, storage: Folder, threads: FairThreads
) -> LibraryView:
    """Save the retention law of a finished job as the next version of a method's library.

    The library is made if there is none of this name.
    """
    job = await permitted(data.job, request.user.name)
    saved = await save_run(job, data.name, storage, threads, user=request.user)
    return await _view(saved.library, request)


@post(
    "/api/v1/library-files",
    tags=["libraries"],
    status_code=201,
    responses=problems(413),
    opt=MANAGE,
)
async def import_library_file(
    request: AnyRequest,
    data: Annotated[LibraryUpload, Body(media_type=RequestEncodingType.MULTI_PART)],
    threads: FairThreads,
) -> LibraryView:
    """Import a library from its signed file; its versions follow those of the same name."""
    content = await data.file.read(MOST_BYTES + 1)
    saved = await import_library(content, data.name, threads, user=request.user)
    return await _view(saved[0].library, request)


@get("/api/v1/libraries/{library_id:str}", tags=["libraries"], responses=problems(404), opt=READ)
async def show_library(request: AnyRequest, library_id: str) -> LibraryDetails:
    """Show a library: its versions, the caller's runs with it, and their control charts."""
    user = request.user.name
    return await details(await library_of(library_id, user), user)


@put(
    "/api/v1/libraries/{library_id:str}/sharing",
    tags=["libraries"],
    responses=problems(404),
    opt=MANAGE,
)
async def set_library_sharing(
    request: AnyRequest, library_id: str, data: LibrarySharing
) -> LibraryView:
    """Let everybody use a library of the caller, or nobody else."""
    await refuse_numbers(request, "is_shared")
    library = await library_of(library_id, request.user.name, to_change=True)
    await share_library(library, is_shared=data.is_shared)
    return await _view(library_id, request)


@delete(
    "/api/v1/libraries/{library_id:str}", tags=["libraries"], responses=problems(404), opt=MANAGE
)
async def delete_library_for_good(request: AnyRequest, library_id: str) -> None:
    """Delete a library of the caller; results that used it stay as they are."""
    library = await library_of(library_id, request.user.name, to_change=True)
    await delete_library(library)


@get(
    "/api/v1/libraries/{library_id:str}/file",
    tags=["libraries"],
    responses=problems(404),
    opt=READ,
)
async def export_library(request: AnyRequest, library_id: str, signer: Signer) -> Response[bytes]:
    """Export a library as one file that is signed by the installation."""
    library = await library_of(library_id, request.user.name)
    content = await library_file(library, await signer.key())
    await record_event(EventKind.LIBRARY_EXPORTED, library)
    headers = saved_as(f"library-{library.id}{SUFFIX}")
    return Response(content, media_type="application/octet-stream", headers=headers)


async def _view(library_id: str, request: AnyRequest) -> LibraryView:
    user = request.user.name
    return await library_view(await library_of(library_id, user), user)


HANDLERS = [
    list_libraries,
    save_library,
    import_library_file,
    show_library,
    set_library_sharing,
    delete_library_for_good,
    export_library,
]
