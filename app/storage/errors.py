"""The errors of a storage."""


class StorageError(Exception):
    """``STORAGE_URL`` names no usable storage, or a key points outside of its folder."""


class StorageAwayError(Exception):
    """The storage does not answer or refuses; it may work again soon."""
