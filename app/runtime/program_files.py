"""The folders of pages and scripts: beside ``app`` in the tree of sources, inside it in a wheel."""

from pathlib import Path

PACKAGE = Path(__file__).parents[1]


def program_folder(name: str) -> Path:
    """The folder ``static`` or ``templates`` of this installation."""
    installed = PACKAGE / name
    return installed if installed.is_dir() else PACKAGE.parent / name
