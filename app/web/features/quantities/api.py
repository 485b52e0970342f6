"""The API of quantities."""

from typing import Annotated, Any

import msgspec
from litestar import Request, get
from litestar.di import Provide
from litestar.params import Parameter
from msgspec import Meta

from app.analysis.quantities.notes import notes
from app.analysis.quantities.species import Quantities
from app.analysis.quantities.totals import LEVELS, totals
from app.db.jobs.sharing.permission import permitted
from app.runtime.fair_threads import FairThreads
from app.web.features.quantities.view import require_level
from app.web.features.results.amounts import entered_amounts
from app.web.features.results.downloads.process import Amounts
from app.web.features.results.quantifier import Quantifier
from app.web.http.answers.paging import Limit, Offset
from app.web.http.faults.problems import problems
from app.web.http.identity.security import READ, User


class SpeciesQuantity(msgspec.Struct, frozen=True, kw_only=True):
    """A species in a sample; unknown values are null. Shares count species called true alone."""

    sample: Annotated[str, Meta(description="Empty if the table has only one.")]
    sample_role: Annotated[str | None, Meta(description="sample, blank, qc or standard.")]
    category: Annotated[str | None, Meta(description="GA, GM, GD, GT, GQ or GP.")]
    prefix: Annotated[str, Meta(description="The class, such as GD1+OAc.")]
    species: Annotated[str, Meta(description="The canonical name.")]
    isomer: Annotated[str | None, Meta(description="Which isomer of its class.")]
    carbons: Annotated[int, Meta(description="Carbons in the ceramide.")]
    double_bonds: Annotated[int, Meta(description="Double bonds in the ceramide.")]
    hydroxyls: Annotated[int, Meta(description="Hydroxyl groups of the ceramide.")]
    call: Annotated[str, Meta(description="The best call that it has in the sample.")]
    rows: Annotated[list[int], Meta(description="The rows that have this call.")]
    area: Annotated[
        float | None,
        Meta(description="With fragments and other ions; null unless true or ambiguous."),
    ]
    overlap_area: Annotated[
        float | None, Meta(description="What isotopes of other species added (type II).")
    ]
    mono_share: Annotated[
        float | None, Meta(description="The share of monoisotopic molecules (type I).")
    ]
    total_area: Annotated[float | None, Meta(description="The area of all isotopes.")]
    area_percent: Annotated[float | None, Meta(description="Share of the sample's total area.")]
    pmol: Annotated[float | None, Meta(description="By a standard; null without one.")]
    mol_percent: Annotated[
        float | None, Meta(description="Share of the pmol that are known in the sample.")
    ]
    standards: Annotated[list[str] | None, Meta(description="The standards that gave the pmol.")]


class Total(msgspec.Struct, frozen=True, kw_only=True):
    """The sum over the species called true of a group in a sample.

    ``without_pmol`` counts those whose amount is unknown; with any, pmol and mol_percent are null.
    So are areas where none is known.
    """

    sample: str
    sample_role: str | None
    group: str
    species: int
    without_pmol: int
    area: float | None
    total_area: float | None
    area_percent: float | None
    pmol: float | None
    mol_percent: float | None
    missing: Annotated[
        list[str] | None,
        Meta(
            description="Species and isomers that are confirmed in another sample, but not here, "
            "so that the sum lacks 5 % or more; null if it is complete."
        ),
    ]


class StandardPeak(msgspec.Struct, frozen=True, kw_only=True):
    """An internal standard in a sample, the classes it stands for, and its pmol if entered."""

    sample: str
    name: str
    prefix: str | None
    classes: list[str]
    pmol: float | None
    area: float
    mono_share: float | None
    rows: list[int]
    is_labelled: Annotated[
        bool, Meta(description="False if it is a standard only because the request names it.")
    ]


class QuantityList(msgspec.Struct, frozen=True, kw_only=True):
    """Quantities of a result: some of ``total`` species, all totals ``by`` a level, and notes.

    ``notes`` say what was counted and corrected, and what is unknown and why.
    """

    total: int
    species: list[SpeciesQuantity]
    by: str
    totals: list[Total]
    standards: list[StandardPeak]
    notes: list[str]


Level = Annotated[
    str,
    Parameter(description="What the totals are added up by.", schema_extra={"enum": list(LEVELS)}),
]


@get(
    "/api/v1/jobs/{job_id:str}/quantities",
    tags=["results"],
    dependencies={"amounts": Provide(entered_amounts)},
    responses=problems(404, 409),
    opt=READ,
)
async def show_quantities(
    request: Request[User, Any, Any],
    job_id: str,
    quantifier: Quantifier,
    threads: FairThreads,
    amounts: Amounts,
    by: Level = "class",
    limit: Limit = 1000,
    offset: Offset = 0,
) -> QuantityList:
    """List how much of each species each sample has: areas, shares, and pmol by standards.

    The areas have those of fragments and other ions, each counted once. Without a standard of its
    class in its sample, a species has no pmol.
    """
    require_level(by)
    job, user = await permitted(job_id, request.user.name), request.user.name
    found = await quantifier.quantities_of(job, amounts, user=user)
    return await threads.run(user, _listed, found, by, slice(offset, offset + limit))


def _listed(found: Quantities, by: str, page: slice) -> QuantityList:
    return QuantityList(
        total=found.species.height,
        species=msgspec.convert(found.species[page].to_dicts(), list[SpeciesQuantity]),
        by=by,
        totals=msgspec.convert(totals(found.species, by).to_dicts(), list[Total]),
        standards=msgspec.convert(found.standards.to_dicts(), list[StandardPeak]),
        notes=notes(found),
    )
