"""Checks before the work that its file can be written afterwards."""

import os
from pathlib import Path

from app.commands.errors import FileError


def require_folder_of(output: Path) -> None:
    """Check that a file could be made where a command is to write.

    Raises:
        FileError: its folder does not exist, or this user may not write there.
    """
    if not output.parent.is_dir():
        reason = f"There is no folder {output.parent}"
    elif not os.access(output.parent, os.W_OK):
        reason = f"You may not write into the folder {output.parent}"
    else:
        return
    raise FileError(f"{output} cannot be written. {reason}. Name a file in another folder.")
