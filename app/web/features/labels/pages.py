"""The form of a job's page that changes its name, its tags and its note."""

from typing import Literal

from litestar import post
from litestar.response import Redirect, Template

from app.db.jobs.contents.labels import LabelError, set_labels, tags_in
from app.db.jobs.sharing.permission import May, permitted
from app.web.http.identity.security import MANAGE, AnyRequest

SEE_OTHER: Literal[303] = 303


@post("/jobs/{job_id:str}/labels", include_in_schema=False, opt=MANAGE)
async def label_on_page(request: AnyRequest, job_id: str) -> Redirect | Template:
    """Save name, tags and note, or show what is wrong with them beside what was typed."""
    job = await permitted(job_id, request.user.name, May.EDIT)
    form = await request.form()
    tags, note = str(form.get("tags", "")), str(form.get("note", ""))
    name = str(form.get("name", job.file_name))
    try:
        await set_labels(job, by=request.user.name, tags=tags_in(tags), note=note, name=name)
    except LabelError as error:
        context = {"job": job, "tags": tags, "note": note, "name": name, "error": str(error)}
        return Template("pages/labels.html", context=context, status_code=400)
    return Redirect(f"/jobs/{job_id}#labels", status_code=SEE_OTHER)


HANDLERS = [label_on_page]
