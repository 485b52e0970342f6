"""Checks the signature of a token of the provider, with the provider's public keys.

joserfc checks; this module says which signatures count. It is imported when a provider sends
something, because few processes need it.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from app.accounts.sign_on.provider import Provider

# With the provider's public key. Neither "none" nor HS256, whose key would be the client's secret.
ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
)
# How far the provider's clock and ours may differ.
CLOCK_SKEW_S = 60


class SignedToken(NamedTuple):
    """The header and the claims of a token whose signature is the provider's."""

    header: dict[str, Any]
    claims: dict[str, Any]


def with_valid_signature(token: str, keys: Mapping[str, Any], provider: Provider) -> SignedToken:
    """Return a token that one of the provider's keys signed.

    Raises:
        joserfc.errors.JoseError, ValueError, TypeError, KeyError: it is not.
    """
    from joserfc import jwt
    from joserfc.jwk import KeySet
    from joserfc.jws import JWSRegistry

    stated = provider.id_token_signing_alg_values_supported
    usable = [each for each in ALGORITHMS if each in stated]
    if not usable:  # joserfc would take its own list instead, which has HS256
        raise ValueError("it signs by none of the usual algorithms")
    keyring = KeySet.import_key_set({"keys": list(keys.get("keys", []))})
    registry = JWSRegistry(algorithms=usable, strict_check_header=False)
    found = jwt.decode(token, key=keyring, registry=registry)
    return SignedToken(dict(found.header), dict(found.claims))
