"""JSON: the rows, models and warnings of a result, and the record of its run."""

import json
from typing import IO

import polars as pl

from app.analysis.reporting.formats.format import ExportFormat, Run, slices, warnings_table


def write_json(run: Run, file: IO[bytes]) -> None:
    """Write one object with the arrays ``rows``, ``models`` and ``warnings``, and the ``record``.

    Texts stay as they came, because no program runs those of JSON.
    """
    analysis = run.analysis
    frames = {
        "rows": analysis.rows,
        "models": analysis.models,
        "warnings": warnings_table(analysis),
    }
    for number, (name, frame) in enumerate(frames.items()):
        file.write(f'{"," if number else "{"}"{name}":['.encode())
        _write_objects(frame, file)
        file.write(b"]")
    if run.record is not None:
        file.write(f',"record":{json.dumps(run.record)}'.encode())
    file.write(b"}\n")


def _write_objects(frame: pl.DataFrame, file: IO[bytes]) -> None:
    """Write rows as JSON objects with commas between them."""
    for number, rows in enumerate(slices(frame)):
        text = rows.write_json().removeprefix("[").removesuffix("]")
        file.write(f"{',' if number and text else ''}{text}".encode())


FORMAT = ExportFormat(name="json", suffix="json", media_type="application/json", write=write_json)
