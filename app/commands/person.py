"""The person at the command line: who it is, and the password that they give."""

import os
import sys
from contextlib import suppress
from getpass import getpass
from pwd import getpwuid

from app.accounts.password_rule import PasswordError, require_good


def new_password(name: str) -> str:
    """Read the new password: twice from a terminal, or one line from another program.

    Raises:
        PasswordError: the two differ, or the password is not good enough for this account.
    """
    if not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = getpass("New password: ")
        if getpass("Repeat the password: ") != password:
            raise PasswordError("The two passwords differ.")
    require_good(password, name=name)
    return password


def system_user() -> str:
    """Return the name of the system user who runs the command, or its id if it has no name."""
    with suppress(KeyError):
        return getpwuid(os.getuid()).pw_name
    return str(os.getuid())
