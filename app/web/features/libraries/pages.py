"""The pages of retention libraries: all, one with its runs, and the forms that change them."""

from typing import Any, Literal

from litestar import get, post
from litestar.datastructures import UploadFile
from litestar.response import Redirect, Template

from app.analysis.library.run_charts import MEASURES
from app.db.jobs.sharing.permission import permitted
from app.db.libraries.store import delete_library, library_of, share_library
from app.jobs.errors import UploadError
from app.proof.library_file import MOST_BYTES, SUFFIX
from app.runtime.fair_threads import FairThreads
from app.storage import Folder
from app.web.features.libraries.saving import import_library, save_run
from app.web.features.libraries.views import all_libraries, details
from app.web.http.faults.errors import QueryError
from app.web.http.identity.security import MANAGE, READ, AnyRequest

SEE_OTHER: Literal[303] = 303
NO_FILE = "Choose the file of a library first."


@get("/libraries", include_in_schema=False, opt=READ)
async def libraries_page(request: AnyRequest) -> Template:
    """The page of all libraries that the user may use."""
    context = {"libraries": await all_libraries(request.user.name), "suffix": SUFFIX}
    return Template("pages/libraries.html", context=context)


@post("/libraries", include_in_schema=False, opt=MANAGE)
async def import_on_page(request: AnyRequest, threads: FairThreads) -> Redirect:
    """Import the library of a file, and show it."""
    form = await request.form()
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise UploadError(NO_FILE)
    content = await file.read(MOST_BYTES + 1)
    saved = await import_library(content, str(form.get("name", "")), threads, user=request.user)
    return _page(saved[0].library)


@get("/libraries/{library_id:str}", include_in_schema=False, opt=READ)
async def library_page(request: AnyRequest, library_id: str) -> Template:
    """The page of a library: its versions, the user's runs and their control charts."""
    user = request.user.name
    found = await details(await library_of(library_id, user), user)
    return Template("pages/library.html", context={**_fields(found)})


@get("/libraries/{library_id:str}/charts/{measure:str}", include_in_schema=False, opt=READ)
async def chart_data(request: AnyRequest, library_id: str, measure: str) -> list[dict[str, Any]]:
    """The data of a control chart."""
    if measure not in MEASURES:
        raise QueryError(f"There is no chart {measure}; there are {', '.join(MEASURES)}.")
    user = request.user.name
    found = await details(await library_of(library_id, user), user)
    points = found.charts[measure].points
    return [
        {"name": run.file_name, **_fields(point)}
        for run, point in zip(found.runs, points, strict=True)
    ]


@post("/libraries/{library_id:str}/sharing", include_in_schema=False, opt=MANAGE)
async def share_on_page(request: AnyRequest, library_id: str) -> Redirect:
    """Let everybody use a library, or nobody else."""
    library = await library_of(library_id, request.user.name, to_change=True)
    form = await request.form()
    await share_library(library, is_shared=form.get("is_shared") == "yes")
    return _page(library_id)


@post("/libraries/{library_id:str}/delete", include_in_schema=False, opt=MANAGE)
async def delete_on_page(request: AnyRequest, library_id: str) -> Redirect:
    """Delete a library."""
    library = await library_of(library_id, request.user.name, to_change=True)
    await delete_library(library)
    return Redirect("/libraries", status_code=SEE_OTHER)


@post("/jobs/{job_id:str}/library", include_in_schema=False, opt=MANAGE)
async def save_on_page(
    request: AnyRequest, job_id: str, storage: Folder, threads: FairThreads
) -> Redirect:
    """Save the retention law of a result in a library, and show that."""
    job = await permitted(job_id, request.user.name)
    form = await request.form()
    saved = await save_run(job, str(form.get("name", "")), storage, threads, user=request.user)
    return _page(saved.library)


def _page(library_id: str) -> Redirect:
    return Redirect(f"/libraries/{library_id}", status_code=SEE_OTHER)


def _fields(struct: Any) -> dict[str, Any]:  # noqa: ANN401 - any struct
    return {name: getattr(struct, name) for name in struct.__struct_fields__}


HANDLERS = [
    libraries_page,
    import_on_page,
    library_page,
    chart_data,
    share_on_page,
    delete_on_page,
    save_on_page,
]
