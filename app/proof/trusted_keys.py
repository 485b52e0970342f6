"""The public key that somebody trusts, from a PEM file or from a server's list of its keys."""

from pathlib import Path

import msgspec

from app.proof.signed_file import KeyFormatError, is_signed_by

NO_KEY = (
    "The file of the key has no public key. Give one in PEM form, or the answer of the server's "
    "/api/v1/signing-keys as it is."
)


class ListedKey(msgspec.Struct):
    """A key of the answer of ``GET /api/v1/signing-keys``, as PEM."""

    public_key: str


class ListedKeys(msgspec.Struct):
    """The answer of ``GET /api/v1/signing-keys``."""

    keys: list[ListedKey]


def trusted_key(content: bytes, signed: Path) -> bytes:
    """Return the key of a PEM text, or the key of a list that signed a file, as PEM.

    If no key of the list signed the file, its first key is returned.

    Raises:
        KeyFormatError: the text has no key, or one that is not an Ed25519 public key.
        OSError: the signed file cannot be read.
    """
    pems = _keys_in(content)
    try:
        signing = [pem for pem in pems if is_signed_by(signed, pem)]
    except KeyFormatError:
        raise KeyFormatError(NO_KEY) from None
    return [*signing, *pems][0]


def _keys_in(content: bytes) -> list[bytes]:
    try:
        listed = msgspec.json.decode(content, type=ListedKeys).keys
    except msgspec.MsgspecError:
        return [content]
    if not listed:
        raise KeyFormatError(NO_KEY)
    return [key.public_key.encode() for key in listed]
