"""Writes the files of a result, and the record of the run that made them."""

from io import BytesIO
from pathlib import Path

import polars as pl

from app.analysis.library.kept_law import encode_law
from app.analysis.reporting.kept_model import FILE as MODEL
from app.analysis.reporting.kept_model import encode_model
from app.analysis.reporting.result import Analysis
from workers.analysis.messages import Request
from workers.analysis.run_record import run_record, write_record

# More bytes than a full disk can take.
PROBE_BYTES = 1_000_000
# Level 3, the default of Polars, makes files 3 % smaller and takes a quarter longer.
COMPRESSION_LEVEL = 1
# What a retention library may keep of the run.
LAW = "law.json"


def save(
    analysis: Analysis, peaks: pl.DataFrame, ruled: pl.DataFrame | None, request: Request
) -> None:
    """Write the frames of an analysis as Parquet files, and the record of its run.

    ``ruled`` has the overridden rows as they were before the overrides, if there are any.

    Raises:
        OSError: the disk is full, or the folder is not writable.
    """
    folder = Path(request.folder)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        _write_as_texts(analysis.encoded, folder / "rows.parquet")
        _write(analysis.models, folder / "models.parquet")
        _write(analysis.notes, folder / "notes.parquet")
        _write(analysis.prefix_verdicts, folder / "findings.parquet")
        (folder / MODEL).write_bytes(encode_model(analysis.kept_model))
        _write(peaks.select("row", "mz", "adduct"), folder / "ions.parquet")
        if analysis.law is not None:
            (folder / LAW).write_bytes(encode_law(analysis.law))
        if ruled is not None:
            _write(ruled, folder / "ruled.parquet")
    except pl.exceptions.ComputeError as error:  # Polars raises it when the disk is full
        _require_room(folder)  # because Polars hides the error of the system
        raise OSError("the result could not be written") from error
    write_record(run_record(request, analysis.encoded), folder)


def _write(frame: pl.DataFrame, path: Path, metadata: dict[str, str] | None = None) -> None:
    level = COMPRESSION_LEVEL
    frame.write_parquet(path, compression="zstd", compression_level=level, metadata=metadata)


def _write_as_texts(frame: pl.DataFrame, path: Path) -> None:
    """Write a frame whose columns of the type Enum are texts for those who read the file.

    Parquet has a text as a number of a list of words, as Enum has it, so that Polars need not look
    for the words again. Its own schema beside the data says which type a column is read as.
    """
    of_texts = BytesIO()
    frame.clear().cast({pl.Enum: pl.String}).write_parquet(of_texts)
    of_texts.seek(0)
    _write(frame, path, pl.read_parquet_metadata(of_texts))


def _require_room(folder: Path) -> None:
    """Write a small file, to get the system's error if writing fails.

    Raises:
        OSError: the disk is full, or the folder is not writable.
    """
    probe = folder / "probe"
    probe.write_bytes(bytes(PROBE_BYTES))
    probe.unlink()
