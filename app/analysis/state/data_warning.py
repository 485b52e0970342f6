"""Something in the data that the user should look at."""

from dataclasses import dataclass

# A warning names at most so many rows.
SHOWN_ROWS = 1_000
# The code of a warning that tells what was made of the table as it was read.
IMPORT = "import"


@dataclass(frozen=True)
class DataWarning:
    """A sentence about the data; ``rows`` are the numbers of the rows concerned, or the first."""

    code: str
    message: str
    rows: tuple[int, ...] = ()
