"""The methods of the synchronous client about results."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Unpack

import polars as pl

from sialoscope_client.calls import result_calls
from sialoscope_client.calls.call import JobOrId
from sialoscope_client.calls.result_calls import Which
from sialoscope_client.notebook.residual_plot import Plot
from sialoscope_client.synchronous.jobs import JobMethods


class ResultMethods(JobMethods):
    """What a client reads of results; ``_run`` makes a call."""

    def rows(self, job: JobOrId, *, sort: str = "row", **which: Unpack[Which]) -> pl.DataFrame:
        """Read the rows of a result that match a filter such as ``call="outlier"``, or all rows."""
        page = self._run(result_calls.first_rows(job, sort, which))
        found = page.rows
        while page.next:
            page = self._run(result_calls.next_rows(page.next))
            found += page.rows
        return result_calls.frame(found, page.columns)

    def row(self, job: JobOrId, number: int) -> dict[str, Any]:
        """Explain the call of a row: each rule's sentence, its parent and its fragments."""
        return self._run(result_calls.row(job, number))

    def flips(self, job: JobOrId, number: int) -> dict[str, Any]:
        """Read the smallest changes that give a row another call, each kind in a sentence."""
        return self._run(result_calls.flips(job, number))

    def compare(self, job: JobOrId, other: JobOrId) -> dict[str, Any]:
        """Read what differs between two results: a ``summary``, settings, rows and models."""
        return self._run(result_calls.compare(job, other))

    def quantities(
        self, job: JobOrId, *, by: str = "class", standards: Sequence[str] = ()
    ) -> dict[str, Any]:
        """Read how much of each species there is, and totals; areas are in the unit of the table.

        ``standards`` are internal standards with their pmol, such as ``"GM3(d18:1/18:0)-d3 = 50"``.
        """
        return self._run(result_calls.quantities(job, by, standards))

    def record(self, job: JobOrId) -> dict[str, Any]:
        """Read what was analyzed, how, and by which software, with checksums."""
        return self._run(result_calls.record(job))

    def models(self, job: JobOrId) -> pl.DataFrame:
        """Read the retention models of a result."""
        return self._run(result_calls.models(job))

    def export(self, job: JobOrId, path: str | Path, *, kind: str | None = None) -> Path:
        """Write a result to a file, in the format ``kind`` or that of its suffix."""
        path = Path(path)
        call = result_calls.export(job, kind or result_calls.format_of(path))
        path.write_bytes(self._run(call))
        return path

    def bundle(self, job: JobOrId, path: str | Path) -> Path:
        """Write the proof bundle of a run to a file, for ``sialoscope verify``."""
        path = Path(path)
        path.write_bytes(self._run(result_calls.bundle(job)))
        return path

    def plot(self, job: JobOrId) -> Plot:
        """Read the rows of a result for a plot of residuals, which a notebook shows as SVG."""
        return Plot(f"Residuals of {self.job(job).file_name}", self.rows(job))
