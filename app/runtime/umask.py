"""Make new files private to the user of the process, whatever the umask of the shell is."""

import os

# The access of the group and of everybody else.
OTHERS = 0o077


def set_umask() -> None:
    """Make all new files of this process and its children private to their owner."""
    os.umask(OTHERS)
