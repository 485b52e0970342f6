"""Check that this process may write to a path, and give the command that changes its owner."""

import os
from pathlib import Path
from pwd import getpwuid


def closed_to_us(path: Path) -> bool:
    """Whether this process cannot change a file, or cannot add files to a folder."""
    wanted = os.W_OK | os.X_OK if path.is_dir() else os.W_OK
    return not os.access(path, wanted, effective_ids=True)


def hand_over(path: Path) -> str:
    """Return the command with which root gives everything below a path to this user."""
    number = os.geteuid()
    try:
        name = getpwuid(number).pw_name
    except KeyError:  # a container may run as a user id that has no name
        name = str(number)
    return f"chown -R {name}: {path}"
