"""``sialoscope verify``: check a proof bundle, and repeat its analysis, without a server."""

import argparse
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import msgspec

from app.analysis.errors import AnalysisError
from app.analysis.overrides.override import Override
from app.commands.errors import FileError
from app.proof.checks import Bundle, BundleError, Check, checks, open_bundle
from app.proof.contents import READING, Reading
from app.proof.signed_file import KeyFormatError
from app.proof.trusted_keys import trusted_key

if TYPE_CHECKING:
    from workers.analysis.messages import About, Request

EPILOG = """\
exit codes: 0 all checks pass; 1 a check fails, or the file is no bundle; 2 the command line
is wrong.
"""
NOT_REPEATED = "The analysis was not repeated, because the checks above do not all hold."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``sialoscope verify`` to a parser."""
    parser.set_defaults(writes_data=False)
    parser.add_argument("bundle", type=Path, metavar="BUNDLE", help="a proof bundle of a run")
    parser.add_argument(
        "--key",
        type=Path,
        metavar="FILE",
        help="the public keys of the installation, as GET /api/v1/signing-keys answers, or one in "
        "PEM form (default: the one in the bundle, which does not show whose bundle it is)",
    )
    parser.add_argument(
        "--no-rerun", action="store_true", help="check the file, but do not repeat the analysis"
    )


def run(arguments: argparse.Namespace) -> None:
    """Print each check of a bundle.

    Raises:
        FileError: the file cannot be read, is no bundle, or a check does not hold.
    """
    try:
        key = arguments.key
        trusted = trusted_key(key.read_bytes(), arguments.bundle) if key else None
        bundle = open_bundle(arguments.bundle)
        held = [_print(check) for check in checks(bundle, trusted)]
        if not arguments.no_rerun:
            held += [_print(check) for check in _repeated(bundle, is_sound=all(held))]
    except OSError as error:
        raise FileError(f"{error.filename} cannot be read: {error.strerror}.") from None
    except (BundleError, KeyFormatError) as error:
        raise FileError(str(error)) from None
    if not all(held):
        raise FileError(f"{arguments.bundle} does not prove its run: see above.")
    sys.stdout.write(f"{arguments.bundle} holds.\n")


def _print(check: Check) -> bool:
    sys.stdout.write(f"{'holds' if check.holds else 'FAILS'}  {check.sentence}\n")
    return check.holds


def _repeated(bundle: Bundle, *, is_sound: bool) -> Iterator[Check]:
    """Repeat the analysis in a folder of its own, and compare the rows to the last digit."""
    if not is_sound:
        yield Check(False, NOT_REPEATED)
        return
    with TemporaryDirectory(prefix="sialoscope-verify-") as folder:
        table = Path(bundle.archive.extract(bundle.table_name, folder))
        try:
            found = _analyzed(bundle, table, Path(folder) / "result")
        except AnalysisError as error:
            yield Check(False, f"The analysis cannot be repeated: {error}")
            return
    if found["result"]["sha256"] == bundle.record["result"]["sha256"]:
        yield Check(True, "The analysis was repeated here and gives the same rows.")
    else:
        yield Check(False, f"The analysis gives other rows here. {_other_software(bundle, found)}")


def _analyzed(bundle: Bundle, table: Path, folder: Path) -> dict[str, Any]:
    """Analyze the table as the run did, and return the record of that."""
    # Polars and the rules take longer to import than the other checks take.
    from workers.analysis.run import run as run_analysis

    run_analysis(_request(bundle, table, folder), lambda _: None, lambda: False)
    return dict(msgspec.json.decode((folder / "record.json").read_bytes()))


def _request(bundle: Bundle, table: Path, folder: Path) -> "Request":
    """What the run was asked to do, with the table and the folder of the result here."""
    from workers.analysis.messages import LibraryOfRun, Request

    record = bundle.record
    reading = msgspec.json.decode(bundle.archive.read(READING), type=Reading)
    return Request(
        about=_about(record),
        table=str(table),
        settings=record["settings"],
        overrides=msgspec.convert(record["overrides"], tuple[Override, ...]),
        choices=reading.choices,
        files=reading.files,
        folder=str(folder),
        library=msgspec.convert(record.get("library"), LibraryOfRun | None),
    )


def _about(record: Mapping[str, Any]) -> "About":
    from workers.analysis.messages import About

    return About(
        job=record["job"],
        who=record["who"],
        attempt=record["attempt"],
        file_name=record["input"]["file_name"],
        upload_bytes=record["input"]["bytes"],
        upload_sha256=record["input"]["sha256"],
        submitted_at=record["submitted_at"],
        started_at=record["started_at"],
    )


def _other_software(bundle: Bundle, found: dict[str, Any]) -> str:
    there, here = bundle.record["software"], found["software"]
    differing = [
        f"{name} {there.get(name)} there and {here.get(name)} here"
        for name in sorted({*there, *here})
        if there.get(name) != here.get(name)
    ]
    if not differing:
        return "The software is the same, so the processor may differ, or the rows were changed."
    return f"The software differs: {', '.join(differing)}."
