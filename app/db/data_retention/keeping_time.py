"""The data retention rule, and the choice that it leaves to each owner of jobs."""

from typing import NamedTuple

MOST_DAYS = 36_500


class RetentionError(Exception):
    """A retention time is not allowed; the text says which ones are."""


class KeepingTime(NamedTuple):
    """For how many days jobs are kept by default, and how many days a user may choose at most."""

    default_days: int
    most_days: int

    def days(self, chosen: int | None) -> int:
        """Return the days for an owner who chose this number, or None."""
        return self.default_days if chosen is None else min(chosen, self.most_days)


def check_keeping(keeping: KeepingTime) -> None:
    """Refuse a rule that is out of range.

    Raises:
        RetentionError: a number is out of range.
    """
    if not 1 <= keeping.default_days <= keeping.most_days <= MOST_DAYS:
        raise RetentionError(
            f"Days must be from 1 to {MOST_DAYS}, and the default must not exceed the maximum."
        )


def check_choice(days: int | None, keeping: KeepingTime) -> None:
    """Refuse a user's choice that the rule does not allow; None is the default.

    Raises:
        RetentionError: the number of days is not allowed.
    """
    if days is not None and not 1 <= days <= keeping.most_days:
        raise RetentionError(
            f"Jobs can be kept for {_up_to(keeping.most_days)}; an administrator sets this limit."
        )


def _up_to(days: int) -> str:
    return "1 day" if days == 1 else f"1 to {days} days"
