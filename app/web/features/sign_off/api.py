"""The API of the sign-off."""

import msgspec
from litestar import post

from app.db.jobs.sharing.permission import May, permitted
from app.db.reviews.sign_off import sign_off
from app.web.http.faults.problems import problems
from app.web.http.identity.security import MANAGE, AnyRequest
from app.web.job_view import JobView, view


class SignOffRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A note for the audit trail, on one line; it may be empty."""

    note: str = ""


@post(
    "/api/v1/jobs/{job_id:str}/sign-off",
    status_code=200,
    tags=["reviews"],
    responses=problems(404, 409),
    opt=MANAGE,
)
async def sign_off_job(request: AnyRequest, job_id: str, data: SignOffRequest) -> JobView:
    """Sign off a version: it is locked for good, and cannot be changed or deleted.

    Only its owner may do it. New versions of the job can still be made.
    """
    job = await permitted(job_id, request.user.name, May.OWN)
    user = request.user
    return view(await sign_off(job, by=user.name, name=user.label, note=data.note))


HANDLERS = [sign_off_job]
