"""The folders of pages, scripts and documents: beside ``app`` in the tree, inside it in a wheel."""

from pathlib import Path

PACKAGE = Path(__file__).parents[1]


def program_folder(name: str) -> Path:
    """The folder ``static``, ``templates`` or ``docs`` of this installation."""
    installed = PACKAGE / name
    return installed if installed.is_dir() else PACKAGE.parent / name
