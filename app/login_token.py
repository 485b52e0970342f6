"""The token that opens a local Sialoscope: made once, kept in the data folder for its owner."""

import os
import secrets
from pathlib import Path

from app.settings import Settings


def login_token(settings: Settings) -> str:
    """The token from the environment, else from ``data_folder/token``, made when missing."""
    return settings.token or _kept_token(settings.data_folder / "token")


def _kept_token(path: Path) -> str:
    """Read the token; several processes may start at once, so the first to create it decides."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        token = secrets.token_urlsafe(24)
        file.write(token)
    return token
