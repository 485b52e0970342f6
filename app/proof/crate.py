"""Write a proof bundle: an RO-Crate of a run, in the profile "Process Run Crate" 0.5.

https://www.researchobject.org/ro-crate/specification/1.1/ and
https://w3id.org/ro/wfrun/process/0.5 say what its metadata mean. Each file is described with its
SHA-256, so that it can be checked after the bundle was unpacked too.
"""

from collections.abc import Mapping
from hashlib import file_digest, sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rocrate.model.contextentity import ContextEntity
from rocrate.model.person import Person
from rocrate.model.softwareapplication import SoftwareApplication
from rocrate.rocrate import ROCrate

from app.proof.contents import (
    PUBLIC_KEY,
    READING,
    RECORD,
    ROWS,
    SIGN_OFF,
    TABLE,
    TRAIL,
    Contents,
)
from app.proof.signed_file import sign

PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
PARQUET, JSON, PEM = "application/vnd.apache.parquet", "application/json", "application/x-pem-file"


def write_bundle(contents: Contents, path: Path, key: Ed25519PrivateKey) -> None:
    """Write the bundle of a run, signed.

    Raises:
        FileNotFoundError: a file was deleted in the meantime.
        OSError: the disk is full.
    """
    record: dict[str, Any] = msgspec.json.decode(contents.record.read_bytes())
    crate = ROCrate()
    crate.name = f"Ganglioside assignments of {contents.title}"
    crate.description = "The table, the assignments, the record and the audit trail of one run."
    crate.datePublished = contents.made_at
    crate.root_dataset["conformsTo"] = crate.add(_profile(crate))
    _add_run(crate, record, *_add_files(crate, contents))
    crate.write_zip(path)
    sign(path, key)


def _profile(crate: ROCrate) -> ContextEntity:
    about = {"@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"}
    return ContextEntity(crate, PROFILE, properties=about)


def _add_files(crate: ROCrate, contents: Contents) -> tuple[Any, Any]:
    """Add all files; return the entities of the table and of the rows."""
    table = _add(crate, contents.table, TABLE + contents.table.suffix, "The table as uploaded")
    rows = _add(crate, contents.rows, ROWS, "The rows with their assignments", PARQUET)
    _add(crate, contents.record, RECORD, "The record of the run", JSON)
    texts: tuple[tuple[str, Any, str], ...] = (
        (TRAIL, contents.trail, "Who did what with the run, and when"),
        (READING, contents.reading, "How the table was read"),
    )
    if contents.signed_off:
        texts += ((SIGN_OFF, contents.signed_off, "Who signed the version off, and when"),)
    for name, value, what in texts:
        _add(crate, msgspec.json.format(msgspec.json.encode(value)), name, what, JSON)
    _add(crate, contents.public_key, PUBLIC_KEY, "The public key of the signature", PEM)
    return table, rows


def _add(crate: ROCrate, source: Path | bytes, name: str, what: str, media_type: str = "") -> Any:  # noqa: ANN401
    about = {"name": what, "sha256": _sha256(source)}
    about |= {"encodingFormat": media_type} if media_type else {}
    given = BytesIO(source) if isinstance(source, bytes) else source
    return crate.add_file(given, name, record_size=True, properties=about)


def _sha256(source: Path | bytes) -> str:
    if isinstance(source, bytes):
        return sha256(source).hexdigest()
    with source.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _add_run(crate: ROCrate, record: Mapping[str, Any], table: Any, rows: Any) -> None:  # noqa: ANN401
    """Describe the run: who had which software make the rows from the table, and when."""
    who = crate.add(Person(crate, f"#{record['who']}", properties={"name": record["who"]}))
    software: Mapping[str, str] = record["software"]
    about = {"name": "Sialoscope", "softwareVersion": software["sialoscope"]}
    parts = [f"{name} {version}" for name, version in software.items() if name != "sialoscope"]
    about["softwareRequirements"] = ", ".join(parts)
    program = crate.add(SoftwareApplication(crate, "#sialoscope", properties=about))
    action = {
        "@type": "CreateAction",
        "name": "Assignment of the peaks",
        "startTime": record["started_at"],
        "endTime": record["finished_at"],
    }
    run = crate.add(ContextEntity(crate, f"#run-{record['job']}", properties=action))
    run["instrument"], run["agent"], run["object"], run["result"] = program, who, table, rows
    crate.root_dataset.append_to("mentions", run)
