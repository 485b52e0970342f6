"""What a list for an instrument or for Skyline is, and how its cells are written."""

import csv
from collections.abc import Callable, Iterable, Sequence
from io import StringIO

import msgspec

from app.analysis.targets.target_ions import TargetIon

MZ_DIGITS, MINUTE_DIGITS = 4, 2
Line = Sequence[str]


class ListFormat(msgspec.Struct, frozen=True, kw_only=True):
    """A list of targets that a program imports.

    ``name`` is that in addresses and on the command line, ``title`` names the program, ``above``
    are the lines above the cells, with the header as the last one, and ``line`` makes the cells of
    an ion. ``has_product`` means that it lists transitions, so that ions without a product are
    left out. ``is_from`` says where the columns are documented.
    """

    name: str
    title: str
    above: tuple[Line, ...]
    line: Callable[[TargetIon], Line]
    has_product: bool
    is_from: str

    def text(self, ions: Iterable[TargetIon]) -> str:
        """The list of some ions, as the text of a CSV file."""
        out = StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerows(self.above)
        writer.writerows(
            self.line(ion) for ion in ions if ion.product_mz is not None or not self.has_product
        )
        return out.getvalue()


def mz(value: float | None) -> str:
    """An m/z as a cell."""
    return "" if value is None else f"{value:.{MZ_DIGITS}f}"


def minutes(value: float) -> str:
    """A time as a cell."""
    return f"{value:.{MINUTE_DIGITS}f}"
