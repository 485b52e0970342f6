"""The token that opens a local Sialoscope: made once, kept in the data folder for its owner."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from app.settings import CannotStartError, Settings

# Who owns everything where there are no accounts.
LOCAL_USER = "local"


def login_token(settings: Settings) -> str:
    """The token from the environment, else from ``data_folder/token``, made when missing."""
    return settings.token or _kept_token(settings.data_folder / "token")


def _kept_token(path: Path) -> str:
    """Read the token, made first when missing.

    Raises:
        CannotStartError: the file is empty, which would let in anybody.
    """
    if not path.exists():
        _make(path)
    token = path.read_text().strip()
    if not token:
        raise CannotStartError(f"The file {path} is empty. Delete it, and a new one is made.")
    return token


def _make(path: Path) -> None:
    """Write a token aside, then link it: of processes that start at once the first decides."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"token.{secrets.token_hex(8)}")
    try:
        draft.touch(mode=0o600, exist_ok=False)
        draft.write_text(secrets.token_urlsafe(24))
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
