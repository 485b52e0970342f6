"""The key that signs proof bundles: made when the first bundle is, and kept in the database."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.accounts.sealed import Seal, SealError
from app.db.security.tables import SigningKey
from app.db.signing_keys import add_signing_key, signing_keys
from app.proof.signed_file import public_key_of

PURPOSE = b"sialoscope: keys of proof bundles"


class Signer:
    """Gives the private key of the installation."""

    def __init__(self, installation_token: str) -> None:
        self._seal = Seal(installation_token, PURPOSE)

    async def key(self) -> Ed25519PrivateKey:
        """The newest key, or a new one if there is none or the token has changed since."""
        for stored in (await signing_keys())[:1]:
            if key := self._opened(stored):
                return key
        key = Ed25519PrivateKey.generate()
        public = public_key_of(key.public_key())
        sealed = self._seal.seal(key.private_bytes_raw().hex(), account=public.fingerprint)
        await add_signing_key(
            fingerprint=public.fingerprint, public_pem=public.pem.decode(), sealed_key=sealed
        )
        return key

    def _opened(self, stored: SigningKey) -> Ed25519PrivateKey | None:
        try:
            raw = self._seal.open(stored.sealed_key, account=stored.fingerprint)
        except SealError:
            return None
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(raw))
