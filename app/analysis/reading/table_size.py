"""How large a table may be: told from what a file says of itself, before it is unpacked."""

from app.analysis.errors import PeakTableError

MOST_ROWS = 20_000_000
# As many as a sheet of Excel has: ECMA-376-1, and Excel's specification.
MOST_COLUMNS = 16_384
MOST_CELLS = 500_000_000
# The header, and each line that can stand above it.
LONGEST_HEADER_BYTES = 1 << 20


def check_table_size(rows: int, columns: int, *, most_cells: int = MOST_CELLS) -> None:
    """Refuse a table that would take the memory of all.

    Raises:
        PeakTableError: it has too many rows, columns or cells.
    """
    check_count("rows", rows, MOST_ROWS)
    check_count("columns", columns, MOST_COLUMNS)
    check_count("cells", rows * columns, most_cells)


def check_count(what: str, count: int, most: int) -> None:
    """Refuse a table with more of something than is taken.

    Raises:
        PeakTableError: it has more.
    """
    if count > most:
        raise PeakTableError(
            f"The table has {count:,} {what}, more than the {most:,} that are taken. Split it by "
            "sample, or leave out the columns that are not needed, and try again."
        )


def check_header_length(size_bytes: int) -> None:
    """Refuse a first line that is no header.

    Raises:
        PeakTableError: it is longer than any header.
    """
    if size_bytes > LONGEST_HEADER_BYTES:
        raise PeakTableError(
            f"The first line of the file is longer than {LONGEST_HEADER_BYTES:,} bytes, so it is "
            "no header. Export the peak table with one line for each peak and try again."
        )
