"""A retention library as one signed file.

The file is JSON: the library, the public key of the installation that wrote it, and an Ed25519
signature (RFC 8032) of the text of the library. It is written in one way alone, and read only if
it is written so; thus every changed byte is found.
"""

from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.analysis.errors import AnalysisError
from app.analysis.library.kept_law import decode_law
from app.proof.signed_file import KeyFormatError, key_in, public_key_of

# The signed bytes begin with this, so that a signature of a library is a signature of nothing else.
PURPOSE = b"sialoscope retention library 1\n"
SUFFIX = ".sialolib"
MOST_BYTES = 20_000_000
MOST_VERSIONS = 1_000
CHANGED = (
    "This retention library was changed after it was signed. Export it again where it comes from, "
    "and send the file as it is."
)
NO_LIBRARY = (
    f"This is no retention library. Choose a file that ends in {SUFFIX}, which the page of a "
    "method exports."
)


class LibraryFileError(AnalysisError):
    """A file is no retention library, or it was changed since it was signed."""


class VersionOfFile(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a library; ``law`` is the text of the law, ``made_at`` is ISO 8601 in UTC."""

    version: int
    job: str
    file_name: str
    made_by: str
    made_at: str
    engine: str
    settings: dict[str, Any]
    law: str


class LibraryOfFile(msgspec.Struct, frozen=True, kw_only=True):
    """A library with its versions, the oldest first."""

    name: str
    versions: tuple[VersionOfFile, ...]


class SignedLibrary(msgspec.Struct, frozen=True, kw_only=True):
    """The file: the text of the library, the public key (PEM) and the signature (hexadecimal)."""

    library: str
    public_key: str
    signature: str


def write_library(library: LibraryOfFile, key: Ed25519PrivateKey) -> bytes:
    """Return the signed file of a library."""
    text = msgspec.json.encode(library)
    return msgspec.json.encode(
        SignedLibrary(
            library=text.decode(),
            public_key=public_key_of(key.public_key()).pem.decode(),
            signature=key.sign(PURPOSE + text).hex(),
        )
    )


def read_library(data: bytes) -> tuple[LibraryOfFile, str]:
    """Return the library of a file, and the fingerprint of the key that signed it.

    Raises:
        LibraryFileError: the file is no library, or a byte has changed since it was signed.
    """
    try:
        signed = msgspec.json.decode(data, type=SignedLibrary)
        key = key_in(signed.public_key.encode())
        key.verify(bytes.fromhex(signed.signature), PURPOSE + signed.library.encode())
        library = msgspec.json.decode(signed.library, type=LibraryOfFile)
    except InvalidSignature:
        raise LibraryFileError(CHANGED) from None
    except (msgspec.MsgspecError, KeyFormatError, ValueError):
        raise LibraryFileError(NO_LIBRARY) from None
    public = public_key_of(key)
    canonical = SignedLibrary(
        library=signed.library,
        public_key=public.pem.decode(),
        signature=bytes.fromhex(signed.signature).hex(),
    )
    if msgspec.json.encode(canonical) != data:
        raise LibraryFileError(CHANGED)
    if not 0 < len(library.versions) <= MOST_VERSIONS:
        raise LibraryFileError(f"A library has 1 to {MOST_VERSIONS} versions.")
    for version in library.versions:
        decode_law(version.law)
    return library, public.fingerprint
