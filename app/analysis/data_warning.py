"""Something in the data that the user should look at."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DataWarning:
    """A sentence about the data; ``rows`` are the numbers of the rows concerned, or the first."""

    code: str
    message: str
    rows: tuple[int, ...] = ()
