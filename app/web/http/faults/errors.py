"""The errors that only the web raises; each text says what is wrong and what to do."""

from litestar.exceptions import PermissionDeniedException

SECOND_FACTOR_PATH = "/account/second-factor"


class StreamLimitError(Exception):
    """Too many event streams are open: ``status`` is 429 for one user's, 503 for all users'."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class CannotMakeError(Exception):
    """A file cannot be made: ``status`` and text say if it is too large, too slow, or a bug."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class QueryError(Exception):
    """A query names something unknown; the text lists the valid names."""


class AttemptNotFoundError(Exception):
    """A job has no such attempt, or no log of it; the text says which."""


class RowNotFoundError(Exception):
    """A result has no row with this number."""


class SecondFactorMissingError(PermissionDeniedException):
    """An account lacks the second factor it needs; until it has one it can only set it up."""

    def __init__(self) -> None:
        super().__init__(
            "An administrator requires a second factor for your account. Open "
            f"{SECOND_FACTOR_PATH} and set it up."
        )
