"""The keys with which the installation signs proof bundles; the newest one signs.

Earlier keys stay listed, because bundles that they signed are still around.
"""

from datetime import UTC, datetime

from app.db.security.tables import SigningKey


async def signing_keys() -> list[SigningKey]:
    """Return all keys, the newest first."""
    return await SigningKey.objects().order_by(
        SigningKey.created_at, SigningKey.fingerprint, ascending=False
    )


async def add_signing_key(*, fingerprint: str, public_pem: str, sealed_key: str) -> None:
    """Add a key, which signs from now on."""
    key = SigningKey(
        created_at=datetime.now(UTC),
        fingerprint=fingerprint,
        public_pem=public_pem,
        sealed_key=sealed_key,
    )
    await SigningKey.insert(key)
