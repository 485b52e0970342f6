"""What format a file has, by its first bytes, and whether its suffix promises another."""

from pathlib import Path

from app.analysis.reading.workbooks.first_bytes import COMPOUND_MARK, ODS_MARK

ZIP_MARK, PARQUET_MARK = b"PK\x03\x04", b"PAR1"
WORKBOOK, ODS, XLS = "an XLSX workbook", "an ODS workbook", "an XLS workbook"
PARQUET, TEXT = "a Parquet file", "a table of text"
# The format that the suffix of a file promises; other suffixes promise nothing.
PROMISED = {
    ".xlsx": WORKBOOK,
    ".xls": XLS,
    ".ods": ODS,
    ".parquet": PARQUET,
    ".csv": TEXT,
    ".tsv": TEXT,
    ".txt": TEXT,
}
# An ODS workbook begins with its type: OpenDocument 1.3, part 2, 3.3.
ODS_BEGINNING_BYTES = 128


def file_format(path: Path) -> str:
    """The format of a file, by its first bytes."""
    with path.open("rb") as file:
        beginning = file.read(ODS_BEGINNING_BYTES)
    if beginning.startswith(ZIP_MARK):
        return ODS if ODS_MARK in beginning else WORKBOOK
    if beginning.startswith(COMPOUND_MARK):
        return XLS
    return PARQUET if beginning.startswith(PARQUET_MARK) else TEXT


def misnamed_format(path: Path) -> list[str]:
    """A sentence if the suffix of a file promises another format than it has."""
    kind, promised = file_format(path), PROMISED.get(path.suffix.lower())
    if promised in (kind, None):
        return []
    return [f"The name of the file ends in {path.suffix}, but it is {kind} and was read as one."]
