"""Limits of what a proof bundle unpacks to, checked before any of it is read.

A few megabytes of a ZIP file can unpack to gigabytes, and a bundle comes from somebody else.
"""

from zipfile import ZipFile

from app.proof.contents import ROWS, TABLE

# The table and the rows.
MOST_BYTES_OF_DATA = 4_000_000_000
# The largest of the others are the record, with its overrides, and the audit trail.
MOST_BYTES_OF_OTHERS = 100_000_000
MOST_FILES = 20


class OversizeError(Exception):
    """An archive unpacks to more than a bundle holds."""


def check_archive_size(archive: ZipFile) -> None:
    """Refuse an archive that unpacks to more than a bundle holds.

    No file yields more than the archive says of its size, so what is said is enough.

    Raises:
        OversizeError: it has too many files, or one that is too large.
    """
    files = archive.infolist()
    if len(files) > MOST_FILES:
        raise OversizeError(f"It has {len(files):,} files, and a bundle has at most {MOST_FILES}.")
    for each in files:
        is_data = each.filename == ROWS or each.filename.startswith(TABLE)
        most = MOST_BYTES_OF_DATA if is_data else MOST_BYTES_OF_OTHERS
        if each.file_size > most:
            raise OversizeError(
                f"Its {each.filename!r} has {each.file_size:,} bytes, more than the {most:,} that "
                "are read."
            )
