"""Decide when two account names are the same, and how long a name may be."""

import unicodedata

LONGEST_NAME = 254
# A longer text cannot become a valid name, and normalizing it takes quadratic time.
LONGEST_TYPED = 1_000


def name_key(name: str) -> str:
    """Return a key that is the same for names that differ only by case or Unicode form."""
    name = name.strip()
    return unicodedata.normalize("NFKC", name).casefold() if len(name) <= LONGEST_TYPED else name
