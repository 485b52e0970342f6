"""Decide when two account names are the same, and which texts can be a name."""

import re
import unicodedata

from app.db.accounts.errors import AccountError

LONGEST_NAME = 254
# A longer text cannot become a valid name, and normalizing it takes quadratic time.
LONGEST_TYPED = 1_000
# Scripts whose letters look alike: a word with letters of two of them imitates another word.
LOOK_ALIKE = {"ARMENIAN", "CHEROKEE", "COPTIC", "CYRILLIC", "GREEK", "LATIN"}
WORDS = re.compile(r"[^\W\d_]+")


def name_key(name: str) -> str:
    """Return a key that is the same for names that differ only by case or Unicode form."""
    name = name.strip()
    return unicodedata.normalize("NFKC", name).casefold() if len(name) <= LONGEST_TYPED else name


def require_name(name: str) -> str:
    """Check a name, and return it in the form that is stored.

    Raises:
        AccountError: the text cannot be a name.
    """
    name = name.strip()
    if len(name) <= LONGEST_TYPED:
        name = unicodedata.normalize("NFKC", name)
    if not 0 < len(name_key(name)) <= LONGEST_NAME or not name.isprintable() or " " in name:
        raise AccountError(
            f"A name is an e-mail address or a word of 1 to {LONGEST_NAME} characters."
        )
    return name


def require_new_name(name: str) -> str:
    """Check the name of a new account, which must not look like the name of another one.

    Names of accounts from before this check are still names.

    Raises:
        AccountError: the text cannot be a name, ends with a dot, or mixes scripts in a word.
    """
    name = require_name(name)
    if name.endswith("."):
        raise AccountError("A name cannot end with a dot.")
    if mixed := [word for word in WORDS.findall(name) if len(_look_alike_scripts(word)) > 1]:
        scripts = " and ".join(sorted(each.title() for each in _look_alike_scripts(mixed[0])))
        raise AccountError(
            f"The name has letters of {scripts} in one word ({mixed[0]}), which could imitate "
            "another name. Type it in one script."
        )
    return name


def _look_alike_scripts(word: str) -> set[str]:
    return LOOK_ALIKE & {unicodedata.name(letter, "").partition(" ")[0] for letter in word}
