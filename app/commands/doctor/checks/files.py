"""Whether others on this machine can read the data and the token that opens it."""

from pathlib import Path
from stat import S_IMODE

from app.commands.doctor.finding import Finding, Findings, Installation, error, ok, warning

OTHERS = 0o077


async def check(installation: Installation) -> Findings:
    """Look at the permissions of the data folder and of the secrets in it."""
    folder = installation.settings.data_folder
    if not folder.is_dir():
        yield error(
            "files-missing",
            f"There is no data folder {folder}.",
            why="Nothing was ever started with these settings, or the disk is not mounted.",
            remedy="SIALOSCOPE_DATA=/the/folder  # or start it: sialoscope up",
        )
        return
    found = [*_token(folder / "token"), *_open_folder(folder)]
    for each in found:
        yield each
    if not found:
        yield ok("files", f"{folder} is for its owner alone.")


def _token(path: Path) -> list[Finding]:
    if not path.exists() or not _is_open(path):
        return []
    return [
        error(
            "files-token",
            f"Others on this machine can reach {path}.",
            why="It opens everything to who reads it.",
            remedy=f"chmod 600 {path}",
        )
    ]


def _open_folder(folder: Path) -> list[Finding]:
    if not _is_open(folder):
        return []
    return [
        warning(
            "files-folder",
            f"Others on this machine can look into {folder}.",
            why="Tables, results and the database may be read by them.",
            remedy=f"chmod 700 {folder}",
        )
    ]


def _is_open(path: Path) -> bool:
    return bool(S_IMODE(path.stat().st_mode) & OTHERS)
