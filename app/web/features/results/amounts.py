"""The amounts of internal standards in a request, and whether isotopes are corrected."""

from collections.abc import Iterable
from typing import Annotated

from litestar.params import QueryParameter

from app.analysis.quantities.standards import (
    EXAMPLE,
    Standard,
    StandardError,
    check_standards,
    parse_standard,
)
from app.web.features.results.export_process import Amounts
from app.web.http.errors import QueryError

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
