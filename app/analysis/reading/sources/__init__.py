"""The programs whose peak tables are recognised, in the order in which they are tried.

The last one takes every table. A further program is one more file, its import and its entry here.
"""

from collections.abc import Sequence

from app.analysis.reading.sources import msdial, mzmine, plain, skyline
from app.analysis.reading.sources.source import Source

SOURCES = (mzmine.SOURCE, msdial.SOURCE, skyline.SOURCE, plain.SOURCE)


def source_of(header: Sequence[str]) -> Source:
    """The program that a table comes from, by its header."""
    return next(source for source in SOURCES if source.is_source(header))
