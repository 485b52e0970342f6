"""The amounts of internal standards in a request, and whether isotopes are corrected."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, TypedDict

from litestar.params import QueryParameter

from app.analysis.quantities.standards import (
    EXAMPLE,
    Standard,
    StandardError,
    check_standards,
    parse_standard,
)
from app.web.features.results.downloads.process import Amounts
from app.web.http.faults.errors import QueryError

CORRECTED, AS_MEASURED = "corrected", "as_measured"
ISOTOPES = (CORRECTED, AS_MEASURED)
StandardTexts = Annotated[
    list[str] | None,
    QueryParameter(
        name="standard",
        description="An internal standard and its pmol in each sample, as in "
        f"'{EXAMPLE}'; with the classes that it stands for where they are not its own, as in "
        "'GM1-d3 = 50 for GM1, GD1'. Without an amount, as in 'GM3(30:1;O2) =', it is only left "
        "out of species, totals and shares. Repeat it, or write one a line.",
    ),
]
IsotopeChoice = Annotated[
    str,
    QueryParameter(
        name="isotopes",
        description="Whether areas are corrected for isotopes (type I and II).",
        schema_extra={"enum": list(ISOTOPES)},
    ),
]


@dataclass(frozen=True, kw_only=True)
class EnteredStandards:
    """The standards and the isotope correction that a page asks for.

    ``typed`` are the lines of the standards as entered, and ``errors`` explains those that cannot
    be used.

    Raises:
        QueryError: There is no such choice about isotopes.
    """

    typed: tuple[str, ...] = ()
    standards: tuple[Standard, ...] = ()
    errors: tuple[str, ...] = ()
    isotopes: str = CORRECTED

    def __post_init__(self) -> None:
        corrects_isotopes(self.isotopes)

    @property
    def amounts(self) -> Amounts:
        """The amounts that quantities are computed with."""
        return Amounts(
            standards=tuple(map(str, self.standards)),
            corrects_isotopes=corrects_isotopes(self.isotopes),
        )


class ReadStandards(TypedDict):
    """The fields of ``EnteredStandards`` that are read from what was typed."""

    typed: tuple[str, ...]
    standards: tuple[Standard, ...]
    errors: tuple[str, ...]


def read_standards(texts: Iterable[str]) -> ReadStandards:
    """Read the standards that were typed; those that cannot be read are left out and explained."""
    lines = tuple(lines_of(texts))
    standards, errors = readable(lines)
    return ReadStandards(typed=lines, standards=standards, errors=errors)


async def entered_amounts(
    standard: StandardTexts = None, isotopes: IsotopeChoice = CORRECTED
) -> Amounts:
    """The amounts in a request.

    Raises:
        StandardError: One cannot be read, or a standard has two.
        QueryError: There is no such choice about isotopes.
    """
    standards = [parse_standard(line) for line in lines_of(standard or [])]
    check_standards(standards)
    return Amounts(
        standards=tuple(map(str, standards)), corrects_isotopes=corrects_isotopes(isotopes)
    )


def corrects_isotopes(choice: str) -> bool:
    """Whether a choice means that isotopes are corrected.

    Raises:
        QueryError: There is no such choice.
    """
    if choice not in ISOTOPES:
        raise QueryError(f"isotopes is {choice!r}; use one of {', '.join(ISOTOPES)}.")
    return choice == CORRECTED


def lines_of(texts: Iterable[str]) -> list[str]:
    """The lines of what was entered, without empty ones."""
    lines = (line.strip() for text in texts for line in text.splitlines())
    return [line for line in lines if line]


def readable(lines: Iterable[str]) -> tuple[tuple[Standard, ...], tuple[str, ...]]:
    """The standards among some lines, and a sentence on each line that cannot be used."""
    standards, errors = list[Standard](), list[str]()
    for line in lines:
        try:
            standard = parse_standard(line)
            check_standards([*standards, standard])
        except StandardError as error:
            errors.append(str(error))
        else:
            standards.append(standard)
    return tuple(standards), tuple(errors)
