"""The error of the commands that read and write files."""


class FileError(Exception):
    """A file cannot be read or written; the text says why."""
