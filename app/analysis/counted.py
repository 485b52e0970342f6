"""Numbers with their nouns, as sentences need them: ``1 anchor``, ``1,200 anchors``."""


def counted(number: int, one: str, many: str = "") -> str:
    """A number and its noun; ``many`` is needed where the plural is not ``one`` with an s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
