"""Final results of LipiDex: one row per lipid, one column of areas per file at the end."""

from app.analysis.reading.headers.columns import fold
from app.analysis.reading.sources.source import Above, Header, SampleColumns, Source
from app.analysis.reading.sources.wide import AREAS, labelled

LAST_BEFORE_SAMPLES = (
    *("featuresfound", "lipidclass", "identification", "dotproduct", "purity", "ms2purity"),
)


def _is_lipidex(header: Header) -> bool:
    return {"quantion", "identification"} <= {fold(name) for name in header}


def _samples(header: Header, _above: Above) -> list[SampleColumns]:
    last = max(place for place, name in enumerate(header) if fold(name) in LAST_BEFORE_SAMPLES)
    files = [name for name in header[last + 1 :] if name.strip()]
    labels = {name: label for label, name in labelled(files, AREAS).items()}
    return [SampleColumns(labels.get(name, name.strip()), name) for name in files]


SOURCE = Source(
    title="LipiDex",
    is_source=_is_lipidex,
    headers={
        "name": ("identification",),
        "rt": ("retentiontimemin", "retentiontime"),
        "mz": ("quantion",),
        "adduct": ("adduct",),
        "evidence": ("dotproduct",),
    },
    samples=_samples,
    hint="Give Final_Results.csv, which Peak Finder writes, with the areas of each file.",
)
