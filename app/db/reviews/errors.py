"""What can go wrong with a review."""


class ReviewError(Exception):
    """A review, a judgement or a decision cannot be made; the text says why and what to do."""


class ReviewNotFoundError(Exception):
    """There is no such review, or it is not the user's."""


class ReviewConflictError(Exception):
    """The state of a review does not allow this; the text says what to do instead."""
