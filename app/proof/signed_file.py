"""Sign a ZIP file as a whole, and check the signature.

The signature is the comment at the end of the file, which programs that read ZIP files pass over.
It covers every byte before the comment, so a change of any byte of the file is found. It is made
with Ed25519 (RFC 8032) of the SHA-256 of these bytes.
"""

import re
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

# The signed bytes begin with this, so that a signature of a bundle is a signature of nothing else.
PURPOSE = b"sialoscope proof bundle 1\n"
MARK = b"sialoscope-ed25519:"
SIGNATURE_BYTES = 64
# In lower-case hexadecimal there is one way to write a signature.
COMMENT = re.compile(re.escape(MARK) + rb"([0-9a-f]{%d})" % (2 * SIGNATURE_BYTES))
COMMENT_BYTES = len(MARK) + 2 * SIGNATURE_BYTES
CHUNK_BYTES = 1 << 20


class KeyFormatError(Exception):
    """A text is not the public key of an installation."""


class PublicKey(NamedTuple):
    """The public key of an installation as PEM, and the SHA-256 that people compare."""

    pem: bytes
    fingerprint: str


def public_key_of(key: Ed25519PublicKey) -> PublicKey:
    """Return the public key in the form that bundles have."""
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return PublicKey(pem, f"SHA256:{sha256(raw).hexdigest()}")


def read_public_key(pem: bytes) -> PublicKey:
    """Read a public key from its PEM text.

    Raises:
        KeyFormatError: it is not an Ed25519 public key.
    """
    return public_key_of(key_in(pem))


def sign(path: Path, key: Ed25519PrivateKey) -> None:
    """Add the signature to a ZIP file that has no comment yet.

    Raises:
        OSError: the file cannot be written.
    """
    with ZipFile(path, "a") as archive:
        archive.comment = MARK + b"0" * (2 * SIGNATURE_BYTES)
    signature = key.sign(_signed_bytes(path)).hex()
    with path.open("r+b") as file:
        file.seek(-2 * SIGNATURE_BYTES, 2)
        file.write(signature.encode())


def is_signed_by(path: Path, pem: bytes) -> bool:
    """Whether a file is, to the last byte, what the owner of this public key signed.

    Raises:
        KeyFormatError: the text is not an Ed25519 public key.
        OSError: the file cannot be read.
    """
    key = key_in(pem)
    if not (found := COMMENT.fullmatch(_comment(path))):
        return False
    try:
        key.verify(bytes.fromhex(found[1].decode()), _signed_bytes(path))
    except InvalidSignature:
        return False
    return True


def _comment(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - COMMENT_BYTES))
        return file.read()


def _signed_bytes(path: Path) -> bytes:
    digest, left = sha256(), path.stat().st_size - COMMENT_BYTES
    with path.open("rb") as file:
        while left > 0 and (chunk := file.read(min(left, CHUNK_BYTES))):
            digest.update(chunk)
            left -= len(chunk)
    return PURPOSE + digest.digest()


def key_in(pem: bytes) -> Ed25519PublicKey:
    """Return the key of a PEM text.

    Raises:
        KeyFormatError: it is not an Ed25519 public key.
    """
    try:
        key = load_pem_public_key(pem)
    except ValueError:
        raise KeyFormatError("This is not a public key in PEM form.") from None
    if not isinstance(key, Ed25519PublicKey):
        raise KeyFormatError("This is not an Ed25519 key.")
    return key
