"""The errors of accounts."""


class AccountNotFoundError(Exception):
    """There is no such account."""


class AccountError(Exception):
    """An account cannot be made or changed; the text says why and what to do."""
