"""Errors of retention libraries; each text says what is wrong and what to do."""


class LibraryError(Exception):
    """A library cannot be saved or used."""


class LibraryNotFoundError(Exception):
    """There is no such library, or the user may not see it."""
