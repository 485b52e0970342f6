"""Which quantities a request asks for, and the address of similar views."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import urlencode

from litestar.params import Parameter

from app.analysis.quantities.totals import LEVELS
from app.web.features.results.amounts import (
    CORRECTED,
    EnteredStandards,
    IsotopeChoice,
    StandardTexts,
    corrects_isotopes,
    read_standards,
)
from app.web.http.faults.errors import QueryError
from app.web.words import QUANTITIES


@dataclass(frozen=True, kw_only=True)
class QuantityView(EnteredStandards):
    """The quantities of a page: ``by`` a level, bars that ``show`` a quantity, a page of samples.

    ``only`` is a text in the names of the groups that the table lists.

    Raises:
        QueryError: There is no such level, quantity or choice about isotopes.
    """

    by: str = "class"
    show: str = "area_percent"
    only: str = ""
    page: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        require_level(self.by)
        _require_known(self.show, QUANTITIES, "There is no quantity {}; use one of {}.")

    @property
    def corrects_isotopes(self) -> bool:
        """Whether the areas are corrected for isotopes."""
        return corrects_isotopes(self.isotopes)

    def amount_query(self) -> str:
        """The part of an address that names the standards and the isotope correction."""
        pairs = [("standard", str(each)) for each in self.standards]
        return urlencode(pairs + [("isotopes", self.isotopes)] * (self.isotopes != CORRECTED))

    def on_page(self, page: int) -> str:
        """The query of a page of samples."""
        pairs = [("standard", line) for line in self.typed]
        rest = {"isotopes": self.isotopes, "by": self.by, "show": self.show}
        only = [("only", self.only)] * bool(self.only)
        return f"?{urlencode([*pairs, *rest.items(), *only, ('page', page)])}"

    def added_up_by(self, level: str) -> str:
        """The query of the same view, added up by another level."""
        return replace(self, by=level).on_page(1)


async def quantity_view(
    standard: StandardTexts = None,
    isotopes: IsotopeChoice = CORRECTED,
    by: str = "class",
    show: str = "area_percent",
    only: str = "",
    page: Annotated[int, Parameter(ge=1, le=10_000_000)] = 1,
) -> QuantityView:
    """The view in a request; standards that cannot be read are left out and explained."""
    read = read_standards(standard or [])
    return QuantityView(**read, isotopes=isotopes, by=by, show=show, only=only.strip(), page=page)


def require_level(name: str) -> None:
    """Refuse a level that quantities are not added up by.

    Raises:
        QueryError: There is no such level.
    """
    _require_known(name, LEVELS, "Quantities are not added up by {}; use one of {}.")


def _require_known(value: str, among: Collection[str], sentence: str) -> None:
    if value not in among:
        raise QueryError(sentence.format(value, ", ".join(among)))
