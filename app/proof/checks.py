"""The checks of a proof bundle that need neither a server nor an analysis."""

from collections.abc import Iterator, Mapping
from hashlib import file_digest
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import BadZipFile, ZipFile
from zlib import error as InflateError  # noqa: N812 - as other errors are written

import msgspec
import polars as pl
from polars.exceptions import PolarsError

from app.analysis.errors import PeakTableError
from app.analysis.reading.table_size import check_table_size
from app.analysis.reporting.fingerprint import fingerprint
from app.analysis.reporting.reasons import as_stored
from app.proof.archive_size import OversizeError, check_archive_size
from app.proof.contents import METADATA, PUBLIC_KEY, RECORD, ROWS, TABLE
from app.proof.signed_file import KeyFormatError, is_signed_by, read_public_key

NOT_BY_OWN_KEY = "The bundle is not what the key in the bundle signed: a byte has changed."
NOT_BY_GIVEN_KEY = (
    "The bundle is not what the key that you gave signed: a byte has changed, or another "
    "installation signed it."
)
# What a damaged archive, or a damaged file in it, raises.
DAMAGE = (BadZipFile, InflateError, KeyError, EOFError, NotImplementedError, RuntimeError)


class BundleError(Exception):
    """A file is no proof bundle."""


class Check(NamedTuple):
    """A check: whether it holds, and a sentence that says what was found."""

    holds: bool
    sentence: str


class Bundle(NamedTuple):
    """A bundle that is read: its file, the open archive, its names, its metadata and its record."""

    path: Path
    archive: ZipFile
    described: Mapping[str, str]
    record: Mapping[str, Any]

    @property
    def table_name(self) -> str:
        """The name of the table within the bundle."""
        return next(name for name in self.described if name.startswith(TABLE))


def open_bundle(path: Path) -> Bundle:
    """Open a bundle.

    Raises:
        BundleError: the file is no bundle, or so damaged that it cannot be read.
        OSError: the file cannot be read.
    """
    try:
        archive = ZipFile(path)
        check_archive_size(archive)
        entities = msgspec.json.decode(archive.read(METADATA))["@graph"]
        described = {e["@id"]: e["sha256"] for e in entities if e.get("@type") == "File"}
        record = dict(msgspec.json.decode(archive.read(RECORD)))
        bundle = Bundle(path, archive, described, record)
        _ = bundle.table_name, record["result"]["sha256"], record["input"]["sha256"]
    except OversizeError as error:
        raise BundleError(f"{path} is no proof bundle. {error}") from error
    except (*DAMAGE, TypeError, StopIteration, msgspec.DecodeError) as error:
        raise BundleError(
            f"{path} is no proof bundle, or it is damaged: it cannot be read as one."
        ) from error
    return bundle


def checks(bundle: Bundle, trusted_key: bytes | None) -> Iterator[Check]:
    """Check a bundle, with a public key from elsewhere if there is one, or with its own."""
    yield _signature(bundle, trusted_key)
    yield _files(bundle)
    yield _table(bundle)
    yield _rows(bundle)


def _signature(bundle: Bundle, trusted_key: bytes | None) -> Check:
    try:
        pem = trusted_key or bundle.archive.read(PUBLIC_KEY)
        key = read_public_key(pem)
        is_signed = is_signed_by(bundle.path, pem)
    except (*DAMAGE, KeyFormatError) as error:
        return Check(False, f"The key of the signature cannot be read: {error}")
    if not is_signed:
        return Check(False, NOT_BY_GIVEN_KEY if trusted_key else NOT_BY_OWN_KEY)
    if trusted_key:
        return Check(True, f"No byte has changed since {key.fingerprint} signed it.")
    return Check(
        True,
        f"No byte has changed since {key.fingerprint} signed it. Only the bundle says whose key "
        "that is: compare it with the keys that the server lists at /api/v1/signing-keys, or give "
        "the file of the server's key with --key.",
    )


def _files(bundle: Bundle) -> Check:
    expected = {*bundle.described, METADATA}
    there = bundle.archive.namelist()
    if len(there) != len(set(there)) or expected != set(there):
        others = ", ".join(sorted(expected ^ set(there))) or "the same file twice"
        return Check(False, f"The files are not those that the metadata list: {others}.")
    for name, digest in bundle.described.items():
        if _sha256(bundle.archive, name) != digest:
            return Check(False, f"{name} is not the file that the metadata describe.")
    return Check(True, f"All {len(expected)} files are there, as the metadata describe them.")


def _table(bundle: Bundle) -> Check:
    recorded = bundle.record["input"]
    if _sha256(bundle.archive, bundle.table_name) != recorded["sha256"]:
        return Check(False, "The table is not the one that the run was given.")
    return Check(True, f"The table is the one that the run was given: {recorded['file_name']}.")


def _rows(bundle: Bundle) -> Check:
    try:
        with bundle.archive.open(ROWS) as file:
            content = file.read()
        rows = pl.scan_parquet(content)
        columns = len(rows.collect_schema())
        check_table_size(int(rows.select(pl.len()).collect().item()), columns)
        found = fingerprint(as_stored(rows.collect()))
    except (*DAMAGE, PolarsError, PeakTableError):
        return Check(False, "The rows cannot be read.")
    if found != bundle.record["result"]["sha256"]:
        return Check(False, "The rows are not those that the run wrote.")
    return Check(True, "The rows are those that the run wrote, by the hash in its record.")


def _sha256(archive: ZipFile, name: str) -> str:
    """The hash of a file in the archive; empty if it is damaged."""
    try:
        with archive.open(name) as file:
            return file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    except DAMAGE:
        return ""
