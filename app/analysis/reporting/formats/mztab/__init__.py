"""mzTab-M 2.0.0: the format of repositories for metabolomics.

What it reports, and what a peak table does not know, stands in docs/mztab-m.md. The specification:
https://github.com/HUPO-PSI/mzTab-M.
"""

from typing import IO

from app.analysis.reporting.formats.format import ExportFormat, Run


def _write(run: Run, file: IO[bytes]) -> None:
    # Imported here because ``sialoscope analyze`` knows all formats and writes one.
    from app.analysis.reporting.formats.mztab.document import write_mztab

    write_mztab(run, file)


FORMAT = ExportFormat(
    name="mztab-m",
    suffix="mztab",
    media_type="text/tab-separated-values",
    write=_write,
    needs_record=True,
)
