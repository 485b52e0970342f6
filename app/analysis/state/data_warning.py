"""A warning about the data that the user should check."""

import msgspec

# The most rows that a warning names.
SHOWN_ROWS = 1_000
# The code of warnings on how the table was read.
IMPORT = "import"


class DataWarning(msgspec.Struct, frozen=True):
    """A sentence about the data; ``rows`` are the numbers of the rows concerned, or the first."""

    code: str
    message: str
    rows: tuple[int, ...] = ()
