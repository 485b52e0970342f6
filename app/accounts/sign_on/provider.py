"""The OpenID provider: its description of itself, its keys, and requests to it.

aiohttp sends the requests: it calls webhooks too, and authlib's own client needs another library.
"""

import asyncio
from typing import Any
from urllib.parse import urlsplit

import msgspec

from app.accounts.sign_on.errors import ProviderAwayError
from app.settings.sign_on_settings import LOOPBACK

ANSWER_TIMEOUT_S = 10
MOST_BYTES = 1_000_000
DESCRIPTION = "/.well-known/openid-configuration"
AWAY = (
    "{name} does not answer as it should, so nobody can sign in with it just now: {why}. Try again "
    "in a few minutes. If it stays so, tell the administrator of this server."
)


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider says of itself (OpenID Connect Discovery 1.0)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    end_session_endpoint: str = ""
    token_endpoint_auth_methods_supported: list[str] = msgspec.field(
        default_factory=lambda: ["client_secret_basic"]
    )
    id_token_signing_alg_values_supported: list[str] = msgspec.field(
        default_factory=lambda: ["RS256"]
    )
    authorization_response_iss_parameter_supported: bool = False


class ProviderClient:
    """Sends requests to one provider."""

    def __init__(self, issuer: str, name: str) -> None:
        self._issuer = issuer
        self._name = name

    async def describe(self) -> Provider:
        """Return the provider's description of itself.

        Raises:
            ProviderAwayError: it does not answer, or describes another provider.
        """
        address = self._issuer.rstrip("/") + DESCRIPTION
        found = self._converted(await self.json("GET", address), Provider)
        if found.issuer != self._issuer:
            raise self.away(f"it calls itself {found.issuer}, not {self._issuer}")
        for each in (found.token_endpoint, found.jwks_uri, found.userinfo_endpoint):
            if each and not _is_secure(each):
                raise self.away(f"{each} is no https:// address")
        return found

    async def json(
        self,
        method: str,
        address: str,
        *,
        headers: dict[str, str] | None = None,
        body: str | None = None,
    ) -> dict[str, Any]:
        """Return the JSON object that the provider answers, also with an error of its own (400).

        Raises:
            ProviderAwayError: it does not answer with one.
        """
        import aiohttp  # only those who sign on need it

        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                status, content = await _sent(method, address, headers or {}, body)
        except (OSError, aiohttp.ClientError, ValueError) as error:
            raise self.away(str(error) or type(error).__name__) from error
        if status not in (200, 400, 401):
            raise self.away(f"status {status} at {urlsplit(address).path}")
        try:
            return msgspec.json.decode(content, type=dict[str, Any])
        except (msgspec.DecodeError, RecursionError) as error:
            raise self.away(f"no JSON at {urlsplit(address).path}") from error

    def away(self, why: str) -> ProviderAwayError:
        """The error of a provider that cannot be used."""
        return ProviderAwayError(AWAY.format(name=self._name, why=why))

    def _converted(self, content: dict[str, Any], kind: type[Provider]) -> Provider:
        try:
            return msgspec.convert(content, kind)
        except msgspec.ValidationError as error:
            raise self.away(f"its description is not complete: {error}") from error


async def _sent(
    method: str, address: str, headers: dict[str, str], body: str | None
) -> tuple[int, bytes]:
    import aiohttp

    content = bytearray()
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
        session.request(
            method, address, headers=headers, data=body, allow_redirects=False
        ) as answer,
    ):
        async for part in answer.content.iter_chunked(65_536):
            content += part
            if len(content) > MOST_BYTES:
                raise ValueError("its answer is too long")
        return answer.status, bytes(content)


def _is_secure(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
