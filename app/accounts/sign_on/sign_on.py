"""A sign-on: the authorization code flow with PKCE, state and nonce, and what comes of it."""

import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec

from app.accounts.sign_on.errors import NoSignOnError, SignOnRefusedError
from app.accounts.sign_on.id_token import UNTRUSTED, Expected, require_fresh, verified_claims
from app.accounts.sign_on.identity import EMAIL, Identity, identity_of
from app.accounts.sign_on.logout_token import Ended, verified_logout
from app.accounts.sign_on.provider import Provider, ProviderClient
from app.settings import Settings

CALLBACK = "/login/sign-on/done"
LOGOUT = "/login/sign-on/logout"
NONE = "This server has no sign-on by a provider. Log in with name and password."


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """A sign-on that has begun; its secrets never leave this server, but for their hashes."""

    nonce: str
    verifier: str
    after: str
    fresh: bool
    browser: str


@dataclass(frozen=True)
class SignOn:
    """Sign-on by the provider of the settings."""

    settings: Settings

    @property
    def is_set_up(self) -> bool:
        """Whether this server has a provider."""
        return bool(self.settings.oidc_issuer)

    async def address(self, state: str, attempt: Attempt) -> str:
        """The address at the provider where a user logs in.

        Raises:
            NoSignOnError: there is no provider.
            ProviderAwayError: the provider cannot be reached.
        """
        from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        provider = await self._client().describe()
        # The provider must have its user log in now, even if they are logged in there.
        again = {"prompt": "login", "max_age": "0"} if attempt.fresh else {}
        return str(
            prepare_grant_uri(
                provider.authorization_endpoint,
                client_id=self.settings.oidc_client_id,
                response_type="code",
                redirect_uri=self._callback,
                scope=" ".join(dict.fromkeys(("openid", *self.settings.oidc_scopes))),
                state=state,
                nonce=attempt.nonce,
                code_challenge=create_s256_code_challenge(attempt.verifier),
                code_challenge_method="S256",
                **again,
            )
        )

    async def identity(self, attempt: Attempt, code: str, issuer: str) -> Identity:
        """Exchange the code of the provider for the identity of its user.

        ``issuer`` is the parameter ``iss`` of the answer, empty if it has none (RFC 9207).

        Raises:
            SignOnRefusedError: the answer cannot be trusted, or no group has a role.
            ProviderAwayError: the provider cannot be reached.
        """
        client = self._client()
        provider = await client.describe()
        is_named = bool(issuer) or provider.authorization_response_iss_parameter_supported
        if is_named and issuer != provider.issuer:
            raise SignOnRefusedError(UNTRUSTED.format(why="it comes from another provider"))
        answer = await self._exchanged(client, provider, attempt, code)
        id_token, access = str(answer.get("id_token", "")), str(answer.get("access_token", ""))
        keys = await client.json("GET", provider.jwks_uri)
        expected = Expected(self.settings.oidc_client_id, attempt.nonce, access)
        claims = verified_claims(id_token, keys, provider, expected)
        if attempt.fresh:
            require_fresh(claims)
        claims |= await self._more_claims(client, provider, claims, access)
        return identity_of(claims, provider, self.settings, id_token=id_token)

    async def logout_address(self, id_token: str, after: str) -> str:
        """Where the provider ends its own session too; empty if it has no such page.

        A page on another host than the provider's own is left out: browsers follow the logout's
        form only to hosts that every page names in its security policy.

        Raises:
            ProviderAwayError: the provider cannot be reached.
        """
        from authlib.common.urls import add_params_to_uri

        provider = await self._client().describe()
        page = urlsplit(provider.end_session_endpoint)
        if page[:2] != urlsplit(provider.issuer)[:2]:
            return ""
        values = {
            "id_token_hint": id_token,
            "client_id": self.settings.oidc_client_id,
            "post_logout_redirect_uri": self.settings.address + after,
        }
        return str(add_params_to_uri(provider.end_session_endpoint, values))

    async def ended(self, logout_token: str) -> Ended:
        """What has ended at the provider, by its logout token.

        Raises:
            NoSignOnError: there is no provider.
            SignOnRefusedError: the token cannot be trusted.
            ProviderAwayError: the provider cannot be reached.
        """
        client = self._client()
        provider = await client.describe()
        keys = await client.json("GET", provider.jwks_uri)
        return verified_logout(logout_token, keys, provider, self.settings.oidc_client_id)

    @property
    def _callback(self) -> str:
        return self.settings.address + CALLBACK

    def _client(self) -> ProviderClient:
        if not self.is_set_up:
            raise NoSignOnError(NONE)
        return ProviderClient(self.settings.oidc_issuer, self.settings.provider_name)

    async def _exchanged(
        self, client: ProviderClient, provider: Provider, attempt: Attempt, code: str
    ) -> dict[str, Any]:
        """The provider's answer to the code, which works once."""
        from authlib.oauth2.auth import ClientAuth
        from authlib.oauth2.rfc6749.parameters import prepare_token_request

        body = prepare_token_request(
            "authorization_code",
            code=code,
            redirect_uri=self._callback,
            code_verifier=attempt.verifier,
        )
        secret = self.settings.oidc_secret
        method = _authentication(provider) if secret else "none"
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        proof = ClientAuth(self.settings.oidc_client_id, secret, method)
        address, headers, body = proof.prepare("POST", provider.token_endpoint, headers, body)
        answer = await client.json("POST", address, headers=headers, body=body)
        if "id_token" not in answer:
            why = f"the code was refused: {answer.get('error', 'no ID token')}"
            raise SignOnRefusedError(UNTRUSTED.format(why=why))
        return answer

    async def _more_claims(
        self, client: ProviderClient, provider: Provider, claims: dict[str, Any], access: str
    ) -> dict[str, Any]:
        """Claims that the provider gives only when asked; those of the ID token are not replaced.

        Raises:
            SignOnRefusedError: the claims are of another user.
        """
        wanted = (self.settings.oidc_group_claim, EMAIL)
        if not (access and provider.userinfo_endpoint) or all(name in claims for name in wanted):
            return {}
        headers = {"Authorization": f"Bearer {access}"}
        more = await client.json("GET", provider.userinfo_endpoint, headers=headers)
        if more.get("sub") != claims["sub"]:
            raise SignOnRefusedError(UNTRUSTED.format(why="it is about another user"))
        return {name: value for name, value in more.items() if name not in claims}


def new_attempt(*, after: str, fresh: bool, browser: str) -> Attempt:
    """An attempt with new secrets; ``browser`` is what only the user's browser can send again."""
    return Attempt(
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        after=after,
        fresh=fresh,
        browser=browser,
    )


def _authentication(provider: Provider) -> str:
    usual = "client_secret_basic"
    known = provider.token_endpoint_auth_methods_supported
    return usual if usual in known else "client_secret_post"
