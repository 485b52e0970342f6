"""Refuse new passwords that are short, common or easy to guess.

The lists of common passwords and the estimate of the number of guesses are zxcvbn's (MIT).
"""

import re
import unicodedata
from functools import cache

SHORTEST = 12
LONGEST = 1000
# zxcvbn compares every part of a password with its lists, which takes a second for 72 characters.
JUDGED = 32
# zxcvbn's scores are 0 to 4; 3 means more than 10^8 guesses, too many for a throttled login.
GUESSABLE_BELOW = 3
ADVICE = "Choose something else, for example four words that do not belong together."


class PasswordError(Exception):
    """A password is refused; the text says why and what to do."""


def normalized(password: str) -> str:
    """Return a password in the form that is hashed: NFKC (NIST SP 800-63B, 3.1.1.2)."""
    # A longer password is refused anyway, and normalizing it takes quadratic time.
    return unicodedata.normalize("NFKC", password) if len(password) <= LONGEST else password


def require_good(password: str, *, name: str) -> None:
    """Make sure that a password is good enough for the account with this name.

    Raises:
        PasswordError: it is too short, too long, common, easy to guess, or equal to the name.
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
    """Return the 30,000 most common passwords, in lower case."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # 1 MB, for those who choose a password

    return frozenset(FREQUENCY_LISTS["passwords"])


def _score(password: str, name: str) -> int:
    from zxcvbn import zxcvbn

    words_of_name = [name, *filter(None, re.split(r"\W+", name)), "sialoscope"]
    return int(zxcvbn(password[:JUDGED], user_inputs=words_of_name)["score"])
