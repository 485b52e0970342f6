"""Which passwords may be chosen: long, not common, and hard to guess.

The lists of common passwords and the estimate of how hard one is to guess are zxcvbn's (MIT).
"""

import re
import unicodedata
from functools import cache

SHORTEST = 12
LONGEST = 1000
# Zxcvbn compares every part of a password with its lists, which takes a second for 72 characters.
JUDGED = 32
# Of 0 to 4: more than 10^8 guesses, which no throttled login admits.
GUESSABLE_BELOW = 3
ADVICE = "Choose something else, for example four words that do not belong together."


class PasswordError(Exception):
    """A password cannot be chosen; the text says why and what to do."""


def normalized(password: str) -> str:
    """The password as it is hashed: the same on every keyboard (NIST SP 800-63B, 3.1.1.2)."""
    # What is longer is refused; to normalize it takes quadratic time.
    return unicodedata.normalize("NFKC", password) if len(password) <= LONGEST else password


def require_good(password: str, *, name: str) -> None:
    """Make sure that a password may be chosen for the account of a name.

    Raises:
        PasswordError: it is too short or too long, the name, common or easy to guess.
    """
    password = normalized(password)
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordError(
            f"A password has {SHORTEST} to {LONGEST} characters; this one has {len(password):,}. "
            f"{ADVICE}"
        )
    folded, name = password.casefold(), normalized(name).casefold()
    if folded == name:
        raise PasswordError(f"Your password must not be the name of your account. {ADVICE}")
    if folded in _common():
        raise PasswordError(f"This password is one of those that many people use. {ADVICE}")
    if _score(folded, name) < GUESSABLE_BELOW:
        raise PasswordError(
            "This password is easy to guess: it is little more than a common word, a name, a "
            f"sequence or a repetition. {ADVICE}"
        )


@cache
def _common() -> frozenset[str]:
    """The most common passwords, 30,000 of them, in lower case."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # 1 MB, for those who choose a password

    return frozenset(FREQUENCY_LISTS["passwords"])


def _score(password: str, name: str) -> int:
    from zxcvbn import zxcvbn

    of_the_name = [name, *filter(None, re.split(r"\W+", name)), "sialoscope"]
    return int(zxcvbn(password[:JUDGED], user_inputs=of_the_name)["score"])
