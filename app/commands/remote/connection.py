"""How the commands reach a server: its address, its token, and the errors of the client."""

import argparse
import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from app.commands.errors import ServerError
from app.runtime.login_token import known_token
from app.settings import Settings

if TYPE_CHECKING:
    from sialoscope_client import AsyncSialoscope

NEEDS_CLIENT = "This command needs the client. Install it with: pip install 'sialoscope[client]'"
NO_TOKEN = (
    "There is no token. Set SIALOSCOPE_TOKEN to one from the server's page /tokens; the token of a "  # noqa: S105
    "server on this machine is found in its data folder (SIALOSCOPE_DATA)."
)


def add_connection_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the option that gives the address of the server."""
    parser.set_defaults(writes_data=False)
    parser.add_argument(
        "--url",
        metavar="URL",
        help="the address of the server (default: SIALOSCOPE_URL, else on this machine); its "
        "token comes from SIALOSCOPE_TOKEN",
    )


def with_client(
    arguments: argparse.Namespace, work: "Callable[[AsyncSialoscope], Awaitable[None]]"
) -> None:
    """Run what uses the client of a server, and close it.

    Raises:
        ServerError: the client is not installed, there is no token, or the server refuses.
    """
    try:
        from sialoscope_client import AsyncSialoscope, SialoscopeError
    except ModuleNotFoundError as error:
        raise ServerError(NEEDS_CLIENT) from error
    address, token = _address_and_token(arguments.url)

    async def run() -> None:
        async with AsyncSialoscope(address, token) as client:
            await work(client)

    try:
        asyncio.run(run())
    except SialoscopeError as error:
        raise ServerError(str(error)) from None


def server_address(url: str | None) -> str:
    """Return the address of the server: that of the option, of the environment, or of here."""
    return _given_address(url) or Settings.from_environment().local_address


def _address_and_token(url: str | None) -> tuple[str, str]:
    """Return where the server is, and its token; that of the data folder goes to no other machine.

    Raises:
        ServerError: there is no token.
    """
    settings, url = Settings.from_environment(), _given_address(url)
    token = settings.token if url else known_token(settings)
    if not token:
        raise ServerError(NO_TOKEN)
    return url or settings.local_address, token


def _given_address(url: str | None) -> str | None:
    return url or os.environ.get("SIALOSCOPE_URL")
