"""A method of the gallery: its retention library, a run that uses it, and a review of that run."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from app.commands.demo.tables import later_table

if TYPE_CHECKING:
    from sialoscope_client import AsyncSialoscope, Job
    from sialoscope_client.calls.library_calls import Library

METHOD = "Gallery: C18, 16 min"
LATER = "Porcine brain, without anchors"
OF_LATER = "A later run with a slower gradient. The library of the method stands in for anchors."
# More would take a reviewer long; see the plot of a class for the rest.
REVIEWED = {"prefix": "GM3"}
OF_REVIEW = "Which of these peaks are what their names say?"


async def library_of(client: "AsyncSialoscope", run: "Job") -> "Library":
    """The library of the method, saved from a run unless it is there already."""
    own = [each for each in await client.libraries() if each.is_own and each.name == METHOD]
    return own[0] if own else await client.save_library(run, METHOD)


async def later_run(client: "AsyncSialoscope", library: "Library", tag: str) -> "Job":
    """A run of the same sample without anchors, which uses the library."""
    table = later_table().write_csv().encode()
    job = await client.submit(table, name="later.csv", key=f"{tag} later", library=library.id)
    await client.label(job, name=LATER, tags=[tag], note=OF_LATER)
    return await client.wait(job)


async def review_of(client: "AsyncSialoscope", job: "Job", reviewers: Iterable[str]) -> None:
    """Ask reviewers to judge some rows of a run, once; a person closes a review."""
    if not await client.reviews(job):
        await client.open_review(job, reviewers, note=OF_REVIEW, **REVIEWED)
