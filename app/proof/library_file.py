"""A retention library as one signed file.

The file is JSON: the library, the public key of the installation that wrote it, and an Ed25519
signature (RFC 8032) of the text of the library. It is written in one way alone, and read only if
it is written so; thus every changed byte is found.
"""

from typing import Annotated, Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Meta

from app.analysis.errors import AnalysisError
from app.analysis.library.kept_law import decode_law
from app.proof.signed_file import KeyFormatError, key_in, public_key_of

# The signed bytes begin with this, so that a signature of a library is a signature of nothing else.
PURPOSE = b"sialoscope retention library 1\n"
SUFFIX = ".sialolib"
MOST_BYTES = 20_000_000
MOST_VERSIONS = 1_000
MOST_BYTES_OF_SETTINGS = 10_000
# PostgreSQL keeps no text with the character NUL.
NO_NUL = r"\A[^\x00]*\Z"
CHANGED = (
    "This retention library was changed after it was signed. Export it again where it comes from, "
    "and send the file as it is."
)
TOO_LARGE = (
    f"The file of a library has at most {MOST_BYTES // 1_000_000} MB. Save the runs that you need "
    "under another name, and use that library."
)
NO_LIBRARY = (
    f"This is no retention library, or it was damaged. Choose a file that ends in {SUFFIX}, as the "
    "page of a method exports it."
)


class LibraryFileError(AnalysisError):
    """A file is no retention library, or it was changed since it was signed."""


class VersionOfFile(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a library; ``law`` is the text of the law, ``made_at`` is ISO 8601 in UTC."""

    version: int
    job: Annotated[str, Meta(max_length=32, pattern=NO_NUL)]
    file_name: Annotated[str, Meta(max_length=200, pattern=NO_NUL)]
    made_by: Annotated[str, Meta(max_length=254, pattern=NO_NUL)]
    made_at: Annotated[str, Meta(max_length=40)]
    engine: Annotated[str, Meta(max_length=32, pattern=NO_NUL)]
    settings: dict[str, Any]
    law: str


class LibraryOfFile(msgspec.Struct, frozen=True, kw_only=True):
    """A library with its versions, the oldest first."""

    name: str
    versions: Annotated[tuple[VersionOfFile, ...], Meta(min_length=1, max_length=MOST_VERSIONS)]


class SignedLibrary(msgspec.Struct, frozen=True, kw_only=True):
    """The file: the text of the library, the public key (PEM) and the signature (hexadecimal)."""

    library: str
    public_key: str
    signature: str


def require_size(size: int) -> None:
    """Check that a file of so many bytes could be read again.

    Raises:
        LibraryFileError: it is too large.
    """
    if size > MOST_BYTES:
        raise LibraryFileError(TOO_LARGE)


def write_library(library: LibraryOfFile, key: Ed25519PrivateKey) -> bytes:
    """Return the signed file of a library.

    Raises:
        LibraryFileError: it could not be read again, for instance because it is too large.
    """
    text = msgspec.json.encode(library)
    data = msgspec.json.encode(
        SignedLibrary(
            library=text.decode(),
            public_key=public_key_of(key.public_key()).pem.decode(),
            signature=key.sign(PURPOSE + text).hex(),
        )
    )
    read_library(data)
    return data


def read_library(data: bytes) -> tuple[LibraryOfFile, str]:
    """Return the library of a file, and the fingerprint of the key that signed it.

    Raises:
        LibraryFileError: the file is no library, or a byte has changed since it was signed.
    """
    require_size(len(data))
    try:
        signed = msgspec.json.decode(data, type=SignedLibrary)
        key = key_in(signed.public_key.encode())
        key.verify(bytes.fromhex(signed.signature), PURPOSE + signed.library.encode())
    except InvalidSignature:
        raise LibraryFileError(CHANGED) from None
    except (msgspec.MsgspecError, KeyFormatError, ValueError, RecursionError):
        raise LibraryFileError(NO_LIBRARY) from None
    public = public_key_of(key)
    canonical = SignedLibrary(
        library=signed.library,
        public_key=public.pem.decode(),
        signature=bytes.fromhex(signed.signature).hex(),
    )
    if msgspec.json.encode(canonical) != data:
        raise LibraryFileError(CHANGED)
    return _usable(signed.library), public.fingerprint


def _usable(text: str) -> LibraryOfFile:
    try:
        library = msgspec.json.decode(text, type=LibraryOfFile)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise LibraryFileError(f"{NO_LIBRARY} It has what cannot be kept: {error}.") from None
    for version in library.versions:
        if len(msgspec.json.encode(version.settings)) > MOST_BYTES_OF_SETTINGS:
            raise LibraryFileError(
                f"The settings of a version have at most {MOST_BYTES_OF_SETTINGS} bytes."
            )
        decode_law(version.law)
    return library
