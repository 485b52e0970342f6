"""The kinds of settings: each reads the text of a variable, or says what is wrong with it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from app.settings.errors import SettingError

MOST = 1_000_000
MEGABYTE = 1_000_000
YES_OR_NO = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
# URL schemes whose addresses are paths.
OF_THIS_MACHINE = ("unix", "sqlite", "file")
ENCODED = (
    "In user and password, percent-encode what is not a letter or digit, such as %40 for @, "
    "%2F for / and %23 for #."
)

# Takes the name of the variable, for the error, and its text.
Kind: TypeAlias = Callable[[str, str], Any]


def text(_name: str, given: str) -> str:
    """A text as it is."""
    return given


def stripped(_name: str, given: str) -> str:
    """A text without blanks around it."""
    return given.strip()


def folder(_name: str, given: str) -> Path:
    """A folder, relative to the one where Sialoscope is started."""
    return Path(given).expanduser().resolve()


def host_name(_name: str, given: str) -> str:
    """A host name or an address; IPv6 may have its brackets."""
    return given.strip("[]")


def whole_number(name: str, given: str, *, least: int = 1, most: int = MOST) -> int:
    """A whole number in a range.

    Raises:
        SettingError: The text is no such number.
    """
    given = given.strip()
    if not (given.isdecimal() and len(given) <= len(str(most)) and least <= int(given) <= most):
        raise SettingError(f"{name} must be a whole number from {least} to {most}, not {given!r}.")
    return int(given)


def number(*, least: int = 1, most: int = MOST, unit: int = 1) -> Kind:
    """Whole numbers in a range, times the unit in which they are given."""
    return lambda name, given: unit * whole_number(name, given, least=least, most=most)


def numbers(name: str, given: str) -> tuple[int, ...]:
    """Whole numbers between commas, at least one."""
    return tuple(whole_number(name, word) for word in words(name, given) or [""])


def yes_or_no(name: str, given: str) -> bool:
    """A word for true or false."""
    word = given.strip().lower()
    if word not in YES_OR_NO:
        raise SettingError(f"{name} must be true or false, not {word!r}.")
    return YES_OR_NO[word]


def one_of(*choices: str) -> Kind:
    """One of a few words, in capital letters or not."""

    def read(name: str, given: str) -> str:
        word = given.strip().lower()
        if word not in choices:
            raise SettingError(f"{name} must be {' or '.join(choices)}, not {word!r}.")
        return word

    return read


def words(_name: str, given: str) -> tuple[str, ...]:
    """The texts between the commas."""
    return tuple(word.strip() for word in given.split(",") if word.strip())


def origins(name: str, given: str) -> tuple[str, ...]:
    """Origins of pages between commas, as browsers send them: scheme, host and port alone.

    Raises:
        SettingError: One is no exact origin; a pattern would let in pages that nobody listed.
    """
    return tuple(_origin(name, word) for word in words(name, given))


def _origin(name: str, word: str) -> str:
    origin = page_url(name, word).lower()
    parts = urlsplit(origin)
    if "*" in origin or "@" in origin or not parts.hostname or parts.path or parts.query:
        raise SettingError(
            f"{name} has the entry {word!r}. Write each origin in full and without a path, such as "
            "https://dashboard.lab.example."
        )
    return origin


def is_set(_name: str, given: str) -> bool:
    """Whether there is any text."""
    return bool(given)


def url(*starts: str) -> Kind:
    """An address with one of these beginnings. It may have a password, so no error quotes it."""

    def read(name: str, given: str) -> str:
        address = given.strip()
        if not address.startswith(starts):
            raise SettingError(f"{name} must begin with {' or '.join(starts)}.")
        if not _is_valid_url(address):
            raise SettingError(f"{name} is no address. {ENCODED}")
        return address

    return read


def page_url(name: str, given: str) -> str:
    """The address of a page, without a slash at its end."""
    address: str = url("http://", "https://")(name, given)
    return address.rstrip("/")


def _is_valid_url(address: str) -> bool:
    """Whether an address is complete, and no part of a password is outside of the user's part."""
    try:
        parts = urlsplit(address)
        if parts.scheme in OF_THIS_MACHINE:
            return True
        for each in parts.netloc.rpartition("@")[2].split(","):
            _ = urlsplit(f"//{each}").port
    except ValueError:
        return False
    return not parts.fragment and "@" not in parts.path
