"""The API of proof bundles."""

import msgspec
from litestar import get
from litestar.response import Stream

from app.db.jobs.sharing.permission import permitted
from app.db.signing_keys import signing_keys
from app.web.features.proof.bundles import Bundles
from app.web.features.results.downloads.job_export import file_stem
from app.web.http.answers.reader import while_reader_waits
from app.web.http.answers.sent_file import saved_as, sent_file
from app.web.http.faults.problems import only_problems, problems
from app.web.http.identity.security import READ, AnyRequest


class SigningKeyView(msgspec.Struct, frozen=True, kw_only=True):
    """A public key of the installation; ``created_at`` is ISO 8601 in UTC."""

    fingerprint: str
    public_key: str
    created_at: str


class SigningKeys(msgspec.Struct, frozen=True, kw_only=True):
    """The keys of the installation, the newest first; it signs, the others did."""

    keys: list[SigningKeyView]


@get(
    "/api/v1/jobs/{job_id:str}/bundle",
    tags=["results"],
    responses=problems(404, 409, 507),
    opt=READ,
)
async def download_bundle(request: AnyRequest, job_id: str, bundles: Bundles) -> Stream:
    """Download the proof bundle of a run: a signed RO-Crate (ZIP).

    It has the table, the rows, the run record and the audit trail. ``sialoscope verify`` checks it
    without a server, and repeats the analysis.
    """
    job = await permitted(job_id, request.user.name)
    file = await while_reader_waits(request, bundles.open_bundle(job, user=request.user.name))
    return sent_file(file, "application/zip", saved_as(f"{file_stem(job)}-proof.zip"))


@get(
    "/api/v1/signing-keys",
    exclude_from_auth=True,
    skip_session=True,
    tags=["results"],
    responses=only_problems(503),
)
async def list_signing_keys() -> SigningKeys:
    """List the public keys of the installation's proof bundles; the first bundle makes one.

    No token is needed: a referee of a paper verifies its bundle without an account.
    """
    return SigningKeys(
        keys=[
            SigningKeyView(
                fingerprint=key.fingerprint,
                public_key=key.public_pem,
                created_at=key.created_at.isoformat(),
            )
            for key in await signing_keys()
        ]
    )


HANDLERS = [download_bundle, list_signing_keys]
