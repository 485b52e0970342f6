"""The login token of a local Sialoscope, which is created once and stored in the data folder."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from app.settings import CannotStartError, Settings

# The user who owns everything on a server without accounts.
LOCAL_USER = "local"


def login_token(settings: Settings) -> str:
    """Return the token from the environment, or from ``data_folder/token``, created if missing.

    Raises:
        CannotStartError: the file is empty.
    """
    return settings.token or _stored_token(settings.data_folder / "token")


def known_token(settings: Settings) -> str:
    """Return the token from the environment or the data folder, empty if there is none yet."""
    path = settings.data_folder / "token"
    return settings.token or (path.read_text().strip() if path.is_file() else "")


def _stored_token(path: Path) -> str:
    """Read the token from its file, which is created if missing.

    Raises:
        CannotStartError: the file is empty, which would let anybody in.
    """
    if not path.exists():
        _make(path)
    token = path.read_text().strip()
    if not token:
        raise CannotStartError(
            f"The file {path} is empty. Delete it; the next start makes a new one."
        )
    return token


def _make(path: Path) -> None:
    """Write a token to a draft and link it, so that the first of several processes wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"token.{secrets.token_hex(8)}")
    try:
        draft.touch(mode=0o600, exist_ok=False)
        draft.write_text(secrets.token_urlsafe(24))
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
