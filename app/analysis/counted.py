"""Numbers and lists as sentences need them: ``1,200 anchors``, ``12 %``, ``a, b and c``."""

from collections.abc import Sequence


def counted(number: int, one: str, many: str = "") -> str:
    """A number and its noun; ``many`` is needed where the plural is not ``one`` with an s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def percent(share: float, digits: int = 0) -> str:
    """A share in percent, with a blank before the sign."""
    return f"{share:.{digits}%}".replace("%", " %")


def listed(names: Sequence[str]) -> str:
    """Names in a sentence, the last one after an "and"."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
