"""Check that the OpenID provider answers, is the one of the settings, and has keys."""

from app.accounts.sign_on.errors import ProviderAwayError
from app.accounts.sign_on.provider import ProviderClient
from app.commands.doctor.finding import Findings, Installation, error, ok

WHY = "Nobody can sign in with it, and its logouts end no sessions here."


async def check(installation: Installation) -> Findings:
    """Ask the provider for its description and its keys, as each sign-on does."""
    settings = installation.settings
    if not settings.oidc_issuer:
        yield ok("sign-on", "No OpenID provider is configured.")
        return
    client = ProviderClient(settings.oidc_issuer, settings.provider_name)
    try:
        provider = await client.describe()
        keys = (await client.json("GET", provider.jwks_uri)).get("keys")
    except ProviderAwayError as fault:
        remedy = "Start it, or correct SIALOSCOPE_OIDC_ISSUER."
        yield error("sign-on-away", str(fault), why=WHY, remedy=remedy)
        return
    if keys:
        yield ok("sign-on", f"{settings.provider_name} answers and has its keys.")
    else:
        text = f"{settings.provider_name} publishes no keys at {provider.jwks_uri}."
        remedy = "Have the provider sign ID tokens with a key pair (RSA, EC or EdDSA)."
        yield error("sign-on-keys", text, why=WHY, remedy=remedy)
