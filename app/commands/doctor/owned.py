"""Whether the user of this process may write a file or a folder, and how it is handed over."""

import os
from pathlib import Path
from pwd import getpwuid


def closed_to_us(path: Path) -> bool:
    """Whether we may not change it; of a folder, not add to it."""
    wanted = os.W_OK | os.X_OK if path.is_dir() else os.W_OK
    return not os.access(path, wanted, effective_ids=True)


def hand_over(path: Path) -> str:
    """What root types so that everything below a path is ours."""
    number = os.geteuid()
    try:
        name = getpwuid(number).pw_name
    except KeyError:  # a container may run as a number that has no name
        name = str(number)
    return f"chown -R {name}: {path}"
