"""Errors of a submission; each text says what is wrong and what to do."""


class UploadError(Exception):
    """An upload was refused; the text says why and what to do."""
