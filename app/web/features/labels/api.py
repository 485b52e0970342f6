"""The API of names, tags and notes: change those of a job, and list the tags in use."""

import msgspec
from litestar import get, put

from app.db.jobs.contents.labels import set_labels, tags_of_owner
from app.db.jobs.sharing.permission import May, permitted
from app.web.http.faults.problems import problems
from app.web.http.identity.security import MANAGE, READ, AnyRequest
from app.web.job_view import JobView, view


class Labels(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The tags, the note and the name of a job; what is omitted or null stays as it is.

    A name without the ending of the file, such as ``.csv``, gets it.
    """

    tags: list[str] | None = None
    note: str | None = None
    name: str | None = None


class Tags(msgspec.Struct, frozen=True, kw_only=True):
    """The tags of the caller's jobs, each with the number of jobs that have it."""

    tags: dict[str, int]


@get("/api/v1/tags", tags=["jobs"], responses=problems(), opt=READ)
async def list_tags(request: AnyRequest) -> Tags:
    """List the tags of the caller's jobs."""
    return Tags(tags=await tags_of_owner(request.user.name))


@put("/api/v1/jobs/{job_id:str}/labels", tags=["jobs"], responses=problems(404), opt=MANAGE)
async def label_job(request: AnyRequest, job_id: str, data: Labels) -> JobView:
    """Replace the tags, the note or the name of a job; everybody who may see the job sees them."""
    job, by = await permitted(job_id, request.user.name, May.EDIT), request.user.name
    return view(await set_labels(job, by=by, tags=data.tags, note=data.note, name=data.name))


HANDLERS = [list_tags, label_job]
