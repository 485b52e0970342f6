"""What can go wrong with a job in the database."""


class JobNotFoundError(Exception):
    """There is no such job, or it belongs to another owner."""


class JobConflictError(Exception):
    """The job's state does not allow the action; the text says what to do instead."""


class IdempotencyKeyError(Exception):
    """An idempotency key was used for another submission; the text says what to do."""
