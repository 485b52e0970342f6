"""Limits of the size of a table, checked before it is read into memory."""

from app.analysis.errors import PeakTableError

MOST_ROWS = 20_000_000
# The columns of an Excel sheet: ECMA-376-1, and Excel's specification.
MOST_COLUMNS = 16_384
MOST_CELLS = 500_000_000
# The longest header, and the longest line above one.
LONGEST_HEADER_BYTES = 1 << 20


def check_table_size(rows: int, columns: int, *, most_cells: int = MOST_CELLS) -> None:
    """Refuse a table that would take too much memory.

    Raises:
        PeakTableError: the table has too many rows, columns or cells.
    """
    check_count("rows", rows, MOST_ROWS)
    check_count("columns", columns, MOST_COLUMNS)
    check_count("cells", rows * columns, most_cells)


def check_count(what: str, count: int, most: int) -> None:
    """Refuse a table with more rows, columns or cells (``what``) than a limit.

    Raises:
        PeakTableError: the count is over the limit.
    """
    if count > most:
        raise PeakTableError(
            f"The table has {count:,} {what}, more than the {most:,} that are taken. Split it by "
            "sample, or leave out the columns that are not needed, and try again."
        )


def check_header_length(size_bytes: int) -> None:
    """Refuse a first line that is too long to be a header.

    Raises:
        PeakTableError: the line is longer than ``LONGEST_HEADER_BYTES``.
    """
    if size_bytes > LONGEST_HEADER_BYTES:
        raise PeakTableError(
            f"The first line of the file is longer than {LONGEST_HEADER_BYTES:,} bytes, so it is "
            "no header. Export the peak table with one line for each peak and try again."
        )
