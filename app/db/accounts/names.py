"""How long names of accounts can be, and when two are the same."""

import unicodedata

LONGEST_NAME = 254
# What is typed and longer is no name in any Unicode form; to normalize it takes quadratic time.
LONGEST_TYPED = 1_000


def name_key(name: str) -> str:
    """What two names that are the same have in common, whatever their case and Unicode form."""
    name = name.strip()
    return unicodedata.normalize("NFKC", name).casefold() if len(name) <= LONGEST_TYPED else name
