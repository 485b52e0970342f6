"""The view of a cohort that a request names: the measure, the groups, and the standards."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from litestar.params import Parameter

from app.analysis.cohort_statistics.levels import LEVELS, SPECIES
from app.analysis.cohort_statistics.measures import AREA, MEASURES, OF_AMOUNTS
from app.analysis.quantities.standards import StandardError
from app.web.features.results.amounts import (
    CORRECTED,
    EnteredStandards,
    IsotopeChoice,
    StandardTexts,
    read_standards,
)
from app.web.http.faults.errors import QueryError

MEASURE = Parameter(
    description=f"What the values are: one of {', '.join(MEASURES)}.",
    schema_extra={"enum": list(MEASURES)},
)
BY = Parameter(
    description="What a line of the matrix is: a species, one of its isomers, or the sum of a "
    "class or category.",
    schema_extra={"enum": list(LEVELS)},
)
GROUP = Parameter(
    description="The group of each sample, in the order of the samples; empty for none. Without "
    "it the names of the samples suggest groups."
)
PREFIX = Parameter(description="Only species of this class, such as GD1+OAc.")
EVERY = Parameter(description="Also species that are called true in no sample.")
ONE = Parameter(
    description="The group that is compared with; without both names the first two groups."
)
OTHER = Parameter(description="The group whose change is shown.")


@dataclass(frozen=True, kw_only=True)
class CohortQuery(EnteredStandards):
    """The wanted view of a cohort.

    Raises:
        QueryError: There is no such measure, line or choice about isotopes.
    """

    measure: str = AREA
    by: str = SPECIES
    group: tuple[str, ...] = ()
    prefix: str = ""
    every: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.measure not in MEASURES:
            raise QueryError(
                f"There is no measure {self.measure}; use one of {', '.join(MEASURES)}."
            )
        if self.by not in LEVELS:
            raise QueryError(
                f"A line of the matrix is not a {self.by}; use one of {', '.join(LEVELS)}."
            )

    @property
    def needs_amounts(self) -> bool:
        """Whether the values are amounts, or shares of them."""
        return self.measure in OF_AMOUNTS

    def address(self, **more: object) -> str:
        """The query of this view with further parameters; empty ones are left out."""
        given: Iterable[tuple[str, object]] = (
            ("measure", self.measure if self.measure != AREA else ""),
            ("by", self.by if self.by != SPECIES else ""),
            ("prefix", self.prefix),
            ("every", "true" if self.every else ""),
            ("isotopes", self.isotopes if self.isotopes != CORRECTED else ""),
            *(("standard", line) for line in self.typed),
            *more.items(),
        )
        pairs = [(name, value) for name, value in given if value]
        return f"?{urlencode([*pairs, *(('group', each) for each in self.group)])}"


async def cohort_query(
    measure: Annotated[str, MEASURE] = AREA,
    by: Annotated[str, BY] = SPECIES,
    group: Annotated[list[str] | None, GROUP] = None,
    prefix: Annotated[str, PREFIX] = "",
    every: Annotated[bool, EVERY] = False,
    standard: StandardTexts = None,
    isotopes: IsotopeChoice = CORRECTED,
) -> CohortQuery:
    """The view of a cohort that a request names; ``errors`` has standards that are not readable."""
    return CohortQuery(
        **read_standards(standard or []),
        measure=measure,
        by=by,
        group=tuple(group or ()),
        prefix=prefix,
        every=every,
        isotopes=isotopes,
    )


async def readable_query(cohort_view: CohortQuery) -> CohortQuery:
    """The view of a cohort that a request names (``cohort_query``).

    Raises:
        StandardError: A standard cannot be read; the text says what to write.
    """
    if cohort_view.errors:
        raise StandardError(cohort_view.errors[0])
    return cohort_view
