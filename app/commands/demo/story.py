"""The story of the gallery: jobs, versions, a library, a review and labels, by the public API.

Each request has a key or a name of its own, so filling an installation twice makes nothing twice.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from app.analysis.example.example_table import example_table
from app.commands.demo.method import later_run, library_of, review_of
from app.commands.demo.tables import cohort_table

if TYPE_CHECKING:
    from sialoscope_client import AsyncSialoscope, Job
    from sialoscope_client.calls.library_calls import Library

TAG = "gallery"
COHORT = "Wild type and knock-out"
OF_COHORT = "Three wild types, three knock-outs, quality controls and a blank."
EXAMPLE = "Porcine brain"
# An anchor of the example on which calls of other rows depend, and a call that a person decides.
NO_ANCHOR = {"row": 109, "anchor": False, "reason": "Another peak is larger; see the chromatogram."}
BY_HAND = {"row": 2, "call": "invalid", "reason": "Carry-over from the sample before."}


class Sight(NamedTuple):
    """A page of the gallery that is worth a look, and why."""

    path: str
    what: str


async def tell(
    client: "AsyncSialoscope", colleague: str | None = None, reviewers: Sequence[str] = ()
) -> list[Sight]:
    """Fill the installation, share the versions, ask for a review, and say what to look at.

    Raises:
        sialoscope_client.SialoscopeError: the server refuses, or a job did not succeed.
    """
    cohort, first = await _submitted(client)
    second = await _version(client, first, [NO_ANCHOR], "without an anchor")
    third = await _version(client, second, [NO_ANCHOR, BY_HAND], "and a row by hand")
    await client.save_preset("Narrow peaks", rt_tolerance=0.05, outlier_threshold=2.0)
    await client.save_view("Gallery", f"tag:{TAG}")
    if colleague:
        await client.share(first, colleague)
    library = await library_of(client, first)
    later = await later_run(client, library, TAG)
    if reviewers:
        await review_of(client, later, reviewers)
    method = _sights_of_method(library, later, has_review=bool(reviewers))
    return [*_sights(cohort, first, second, third), *method]


async def _submitted(client: "AsyncSialoscope") -> tuple["Job", "Job"]:
    """The jobs of the cohort and of the example, with their labels, once they have succeeded."""
    # As CSV, whose bytes are the same with each version of Polars, as the keys demand.
    tables = {"cohort": cohort_table(), "example": example_table()}
    cohort, first = [
        await client.submit(table.write_csv().encode(), name=f"{name}.csv", key=f"{TAG} {name}")
        for name, table in tables.items()
    ]
    await client.label(cohort, name=COHORT, tags=[TAG, "mouse"], note=OF_COHORT)
    await client.label(first, name=EXAMPLE, tags=[TAG], note="Version 1: as the rules have it.")
    for job in (cohort, first):
        await client.wait(job)
    return cohort, first


async def _version(
    client: "AsyncSialoscope", before: "Job", overrides: list[dict[str, object]], what: str
) -> "Job":
    version = await client.refit(before, overrides, key=f"{TAG} {what}")
    await client.label(version, tags=[TAG], note=f"Refitted {what}.")
    return await client.wait(version)


def _sights(cohort: "Job", first: "Job", second: "Job", third: "Job") -> list[Sight]:
    return [
        Sight("/jobs?q=tag:gallery", "all jobs of the gallery, which is a saved view too"),
        Sight(f"/jobs/{first.id}/result", "a result: every row with its assignment and reason"),
        Sight(f"/jobs/{second.id}", "a refit: which assignments one anchor moved"),
        Sight(f"/jobs/{first.id}/compare/{third.id}", "the first and the last version, compared"),
        Sight(f"/jobs/{third.id}/record", "the record, the versions and the audit trail"),
        Sight(
            f"/jobs/{cohort.id}/cohort", "wild types and knock-outs, which have less GT1 and GQ1"
        ),
        Sight(f"/jobs/{cohort.id}/quantities", "areas by class in each sample"),
        Sight("/admin/schedules", "what the installation does by itself, for administrators"),
    ]


def _sights_of_method(library: "Library", later: "Job", *, has_review: bool) -> list[Sight]:
    review = Sight(f"/jobs/{later.id}/review", "a blinded review, and how far its readers are")
    return [
        Sight(f"/libraries/{library.id}", "the retention library of a method, and its later runs"),
        Sight(f"/jobs/{later.id}/result", "a run without anchors, which uses that library"),
        *[review] * has_review,
    ]
