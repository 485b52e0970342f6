"""The input of an export: the files of a result, read in the process that writes it."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import polars as pl

from app.analysis.publication import files as publication_files
from app.analysis.quantities import files as quantity_files
from app.analysis.reporting import formats
from app.analysis.reporting.formats.format import Run
from app.analysis.reporting.result import Analysis, as_read
from app.analysis.state.data_warning import DataWarning
from app.web.features.results.downloads import report
from app.web.features.results.filters.row_filter import RowFilter

# The formats by name, in the order of the page.
FORMATS = {
    each.name: each
    for each in (
        *(*formats.FORMATS, report.FORMAT),
        *(*quantity_files.FORMATS, *publication_files.FORMATS),
    )
}


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """The files of a result on this machine, the data of its job, and its archived name.

    ``which`` has the fields of a filter of the rows; empty means all rows. ``signed_off`` says who
    signed the version off, and when.
    """

    name: str
    record: str
    rows: str
    models: str
    notes: str
    findings: str
    ions: str
    warnings: list[DataWarning]
    false_discovery_rate: float | None
    which: dict[str, str] = {}
    signed_off: dict[str, str] = {}


def run_of(source: Source, columns: Sequence[str] = ()) -> Run:
    """Read the files of a result; of its rows some ``columns``, or all.

    Raises:
        FileNotFoundError: The job was deleted in the meantime.
    """
    rows = as_read(pl.scan_parquet(source.rows))
    models, findings = pl.read_parquet(source.models), pl.read_parquet(source.findings)
    matching = RowFilter(**source.which).apply(rows, lambda: pl.scan_parquet(source.notes))
    analysis = Analysis(
        encoded=(matching.select(columns) if columns else matching).collect(),
        make_models=lambda: models,
        make_prefix_verdicts=lambda: findings,
        make_notes=lambda: pl.read_parquet(source.notes),
        warnings=tuple(source.warnings),
        false_discovery_rate=source.false_discovery_rate,
    )
    record = msgspec.json.decode(Path(source.record).read_bytes())
    if source.which:
        record["rows_exported"] = {"rows": analysis.rows.height, "filter": source.which}
    if source.signed_off:
        record["signed_off"] = source.signed_off
    return Run(analysis, record, pl.read_parquet(source.ions))
