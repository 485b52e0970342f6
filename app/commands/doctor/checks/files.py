"""Check that other users of this machine cannot read the data or the login token."""

from pathlib import Path
from stat import S_IMODE

from app.commands.doctor.finding import Finding, Findings, Installation, error, ok, warning

OTHERS = 0o077


async def check(installation: Installation) -> Findings:
    """Check the permissions of the data folder and of the token in it."""
    folder = installation.settings.data_folder
    if not installation.was_started:
        yield error(
            "files-missing",
            f"There is no data folder {folder}.",
            why="Sialoscope never started with these settings, or the disk is not mounted.",
            remedy="SIALOSCOPE_DATA=/the/folder  # or start Sialoscope: sialoscope up",
        )
        return
    found = [*_token(folder / "token"), *_open_folder(folder)]
    for each in found:
        yield each
    if not found:
        yield ok("files", f"Only its owner can open {folder}.")


def _token(path: Path) -> list[Finding]:
    if not path.exists() or not _is_open(path):
        return []
    return [
        error(
            "files-token",
            f"Other users of this machine can read {path}.",
            why="With this token anybody can read and delete everything.",
            remedy=f"chmod 600 {path}",
        )
    ]


def _open_folder(folder: Path) -> list[Finding]:
    if not _is_open(folder):
        return []
    return [
        warning(
            "files-folder",
            f"Other users of this machine can open {folder}.",
            why="They may be able to read tables, results and the database.",
            remedy=f"chmod 700 {folder}",
        )
    ]


def _is_open(path: Path) -> bool:
    return bool(S_IMODE(path.stat().st_mode) & OTHERS)
