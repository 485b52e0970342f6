"""The fingerprint of a result: a hash of its rows that shows whether two are the same."""

from hashlib import sha256

import numpy as np
import polars as pl

from app.analysis.computing.parallel import in_threads

# The number of values hashed at once; another number gives other hashes.
VALUES_AT_ONCE = 100_000
# To hash fewer rows takes less time than to start a thread.
ROWS_OF_A_THREAD = 10_000
# Words of the type Enum are hashed as the texts that they stand for.
TEXTS = (pl.String, pl.Enum)


def fingerprint(rows: pl.DataFrame) -> str:
    """The SHA-256 of a table's names and values, in hexadecimal.

    It does not depend on the encoding of a file, so rows that are written again, or by another
    version of Polars, keep it. Numbers are hashed to their last bit, words of the type Enum as
    texts.
    """
    few = rows.height < ROWS_OF_A_THREAD
    return sha256(b"".join(in_threads(_digest, list(rows.rechunk()), few=few))).hexdigest()


def fingerprint_of_stored(rows: pl.LazyFrame) -> str:
    """The fingerprint of a table that is read a column at a time, so that it takes little memory.

    A million rows of a result take a gigabyte at once, and their largest column a tenth of it.
    """
    names = rows.collect_schema().names()
    digests = (_digest(rows.select(name).collect().to_series().rechunk()) for name in names)
    return sha256(b"".join(digests)).hexdigest()


def _digest(column: pl.Series) -> bytes:
    digest = sha256(f"{column.name}\0{len(column)}\0".encode())
    for start in range(0, len(column), VALUES_AT_ONCE):
        for part in _parts(column.slice(start, VALUES_AT_ONCE)):
            digest.update(part)
    return digest.digest()


def _parts(column: pl.Series) -> tuple[bytes, ...]:
    """Where a column is null, then its values; texts with their lengths, so that none merge."""
    if column.null_count() == len(column):
        return b"\1" * len(column), bytes(8 * len(column))  # as many zeros
    is_text = column.dtype in TEXTS
    if len(column) < ROWS_OF_A_THREAD and (column.null_count() or is_text):
        return _parts_of_few(column)
    nulls = column.is_null().to_numpy().tobytes() if column.null_count() else bytes(len(column))
    if is_text:
        return nulls, *_parts_of_texts(column)
    return nulls, _numbers(column)


def _parts_of_texts(column: pl.Series) -> tuple[bytes, bytes]:
    """The length of each text, 0 of a null, and the texts.

    To look up words by their numbers takes a quarter of the time of a cast.
    """
    texts = column.drop_nulls() if column.null_count() else column
    if isinstance(texts.dtype, pl.Enum):
        texts = texts.dtype.categories.gather(texts.to_physical())
    lengths = np.zeros(len(column), dtype="<f8")
    lengths[column.is_not_null().to_numpy()] = texts.str.len_bytes().to_numpy()
    return lengths.tobytes(), texts.str.join().cast(pl.Binary).item()


def _parts_of_few(column: pl.Series) -> tuple[bytes, ...]:
    """The same, without the queries of Polars, which take longer than so few values."""
    values = column.to_list()
    nulls = bytes(value is None for value in values)
    if column.dtype in TEXTS:
        texts = [(value or "").encode() for value in values]
        lengths = np.array([len(text) for text in texts], dtype="<f8")
        return nulls, lengths.tobytes(), b"".join(texts)
    numbers = [0.0 if value is None else value for value in values]
    return nulls, np.array(numbers, dtype="<f8").tobytes()


def _numbers(column: pl.Series) -> bytes:
    if column.null_count():
        column = column.cast(pl.Float64).fill_null(0.0)
    return column.to_numpy().astype("<f8", copy=False).tobytes()
