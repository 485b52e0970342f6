"""Compound measurements of Progenesis QI: three header lines, one column per run.

Above the header stand the kinds of abundance (``Normalised abundance``, ``Raw abundance``), each
over all runs, and the conditions. Raw abundances are read where they are.
"""

import re

from app.analysis.reading.headers.columns import fold
from app.analysis.reading.sources.source import Above, Header, SampleColumns, Source

WANTED = ("rawabundance", "normalisedabundance", "normalizedabundance")
REPEATED = re.compile(r" \(\d+\)$")


def _is_progenesis(header: Header) -> bool:
    folded = {fold(name) for name in header}
    measured = {"neutralmassda", "chromatographicpeakwidthmin", "isotopedistribution"}
    return {"compound", "retentiontimemin"} <= folded and bool(measured & folded)


def _samples(header: Header, above: Above) -> list[SampleColumns]:
    for wanted in WANTED:
        for line in above:
            kinds = [fold(cell) for cell in line]
            if wanted in kinds:
                return _below(header, line, kinds.index(wanted))
    return []


def _below(header: Header, line: Header, first: int) -> list[SampleColumns]:
    """The columns from one kind of abundance to the next."""
    later = (place for place in range(first + 1, len(line)) if line[place].strip())
    last = next(later, len(header))
    return [SampleColumns(REPEATED.sub("", name.strip()), name) for name in header[first:last]]


SOURCE = Source(
    title="Progenesis QI",
    is_source=_is_progenesis,
    headers={
        "name": ("accepteddescription", "description", "acceptedcompoundid", "compound"),
        "rt": ("retentiontimemin",),
        "mz": ("mz",),
        "charge": ("charge",),
        "adduct": ("adducts", "adduct"),
    },
    samples=_samples,
    hint="Choose File > Export compound measurements, with Raw abundance, Retention time and "
    "Accepted description, and leave the header lines as they are.",
)
