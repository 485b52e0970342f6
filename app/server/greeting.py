"""Prints the address of a server that has started, and how to make its first account."""

import logging
from urllib.parse import quote

from app.runtime.login_token import login_token
from app.settings import JSON, Settings

FIRST_STEPS = (
    "\n\n  Nobody can log in yet. Make the first administrator, in another terminal and with\n"
    "  the same environment:\n\n    sialoscope user add you@example.org --admin"
)

logger = logging.getLogger("sialoscope.up")


def greet(settings: Settings, *, has_admin: bool) -> None:
    """Print the address to open, with the login token of a server without accounts."""
    if settings.log_format == JSON:  # no person reads it, and a log must not contain the token
        logger.info("Sialoscope is ready at %s", settings.local_address)
        return
    address = f"{settings.local_address}/login?token={quote(login_token(settings))}"
    if settings.has_accounts:
        address = settings.address + ("" if has_admin else FIRST_STEPS)
    print(  # noqa: T201 - the one thing a person waits for
        f"\n  Sialoscope is ready. Open this address in a browser:\n\n    {address}\n\n"
        f"  Data: {settings.data_folder}    Stop: Ctrl-C\n",
        flush=True,
    )
