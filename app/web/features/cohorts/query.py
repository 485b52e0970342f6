"""The view of a cohort that a request names: the measure, the groups, and two to compare."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from litestar.params import Parameter

from app.analysis.cohort_statistics.measures import AREA, MEASURES
from app.web.http.errors import QueryError

MEASURE = Parameter(
    description=f"What the values are: one of {', '.join(MEASURES)}.",
    schema_extra={"enum": list(MEASURES)},
)
GROUP = Parameter(
    description="The group of each sample, in the order of the samples; empty for none. Without "
    "it the names of the samples suggest groups."
)
PREFIX = Parameter(description="Only species of this headgroup.")
EVERY = Parameter(description="Also species that are called true in no sample.")
ONE = Parameter(
    description="The group that is compared with; without both names the first two groups."
)
OTHER = Parameter(description="The group whose change is shown.")


@dataclass(frozen=True, kw_only=True)
class CohortQuery:
    """The wanted view of a cohort.

    Raises:
        QueryError: There is no such measure.
    """

    measure: str = AREA
    group: tuple[str, ...] = ()
    prefix: str = ""
    every: bool = False

    def __post_init__(self) -> None:
        if self.measure not in MEASURES:
            raise QueryError(
                f"There is no measure {self.measure}; use one of {', '.join(MEASURES)}."
            )

    def address(self, **more: object) -> str:
        """The query of this view with further parameters; empty ones are left out."""
        given: Iterable[tuple[str, object]] = (
            ("measure", self.measure if self.measure != AREA else ""),
            ("prefix", self.prefix),
            ("every", "true" if self.every else ""),
            *more.items(),
        )
        pairs = [(name, value) for name, value in given if value]
        return f"?{urlencode([*pairs, *(('group', each) for each in self.group)])}"


async def cohort_query(
    measure: Annotated[str, MEASURE] = AREA,
    group: Annotated[list[str] | None, GROUP] = None,
    prefix: Annotated[str, PREFIX] = "",
    every: Annotated[bool, EVERY] = False,
) -> CohortQuery:
    """The view of a cohort that a request names."""
    return CohortQuery(measure=measure, group=tuple(group or ()), prefix=prefix, every=every)
