"""Peak tables of El-MAVEN: one row per group of peaks, one column per sample at the end.

A line of cohorts can stand below the header, over the samples alone. ``isotopeLabel`` is ``C12
PARENT`` for molecules without label.
"""

from app.analysis.reading.headers.columns import fold
from app.analysis.reading.sources.source import Above, Header, SampleColumns, Source

BEFORE_SAMPLES = frozenset(
    (
        *("label", "metagroupid", "groupid", "goodpeakcount", "medmz", "medrt", "maxquality"),
        *("adductname", "isotopelabel", "compound", "compoundid", "formula", "expectedrtdiff"),
        *("ppmdiff", "parent", "note", "notes", "category", "database", "ms2score", "fragscore"),
        *("fragmatchscore", "mzerror", "type", "compoundname"),
    )
)


def _is_elmaven(header: Header) -> bool:
    return {"groupid", "medmz", "medrt"} <= {fold(name) for name in header}


def _samples(header: Header, _above: Above) -> list[SampleColumns]:
    known = [place for place, name in enumerate(header) if fold(name) in BEFORE_SAMPLES]
    return [SampleColumns(name.strip(), name) for name in header[max(known) + 1 :] if name.strip()]


SOURCE = Source(
    title="El-MAVEN",
    is_source=_is_elmaven,
    headers={
        "name": ("compound", "compoundname"),
        "rt": ("medrt",),
        "mz": ("medmz",),
        "adduct": ("adductname",),
        "isotope_label": ("isotopelabel",),
    },
    samples=_samples,
    hint="Export all groups as Groups Summary Matrix Format (.csv), with AreaTop as quantity.",
)
