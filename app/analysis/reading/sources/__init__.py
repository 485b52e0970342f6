"""The programs whose peak tables are recognised, in the order in which they are tried.

The last one takes every table. To add a program, write its file, import it and list it here.
"""

from collections.abc import Sequence

from app.analysis.reading.sources import (
    compound_discoverer,
    elmaven,
    lda,
    lipidex,
    lipidsearch,
    masshunter,
    msdial,
    msdial_peaks,
    mwtab,
    mzmine,
    mztab,
    mztab_first,
    openms,
    plain,
    progenesis,
    quan_browser,
    sciex,
    skyline,
    targetlynx,
    tracefinder,
    unifi,
    xcms,
)
from app.analysis.reading.sources.source import Source

SOURCES = (
    mzmine.SOURCE,
    msdial.SOURCE,
    msdial_peaks.SOURCE,
    lipidsearch.SOURCE,
    lda.SOURCE,
    compound_discoverer.SOURCE,
    progenesis.SOURCE,
    masshunter.SOURCE,
    tracefinder.SOURCE,
    unifi.SOURCE,
    sciex.SOURCE,
    quan_browser.SOURCE,
    targetlynx.SOURCE,
    elmaven.SOURCE,
    xcms.SOURCE,
    openms.SOURCE,
    lipidex.SOURCE,
    mwtab.SOURCE,
    mztab_first.SOURCE,
    mztab.SOURCE,
    skyline.SOURCE,
    plain.SOURCE,
)


def source_of(header: Sequence[str]) -> Source:
    """The program that a table comes from, by its header."""
    return next(source for source in SOURCES if source.is_source(header))


def document_source(lines: Sequence[str]) -> Source | None:
    """The program that writes files of sections like this one, by its first lines."""
    return next((source for source in SOURCES if source.is_document(lines)), None)
