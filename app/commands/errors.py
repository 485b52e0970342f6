"""The errors of the commands; their texts say what to do."""


class FileError(Exception):
    """A file cannot be read or written; the text says why."""


class ServerError(Exception):
    """A server cannot be used, or a job on it did not succeed; the text says why."""
