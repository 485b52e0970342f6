"""Feature tables of XCMS, perhaps with CAMERA's annotations: times in seconds, a column per sample.

``mzmed`` and ``rtmed`` are those of a feature. The columns of sample classes, which count its
peaks, look like samples: they have whole numbers up to ``npeaks``. XCMS names features
``M1180T636``, so another column has to name the species.
"""

from collections.abc import Sequence

import polars as pl

from app.analysis.reading.headers.columns import RECOGNISED, fold
from app.analysis.reading.sources.source import Above, Header, SampleColumns, Source

NO_SAMPLES = frozenset(
    (
        *("mzmed", "mzmin", "mzmax", "rtmed", "rtmin", "rtmax", "npeaks", "peakidx", "fold"),
        *("tstat", "pvalue", "anova", "isotopes", "pcgroup", "mslevel", "featureid", "column a"),
        *("columna", "qvalue", "log2fold", "foldchange"),
    )
)


def _is_xcms(header: Header) -> bool:
    return {"mzmed", "rtmed"} <= {fold(name) for name in header}


def _samples(header: Header, _above: Above) -> list[SampleColumns]:
    known = {name for names in RECOGNISED.values() for name in names} | NO_SAMPLES
    return [SampleColumns(name.strip(), name) for name in header if fold(name) not in known]


def without_counts(table: pl.DataFrame, samples: Sequence[SampleColumns]) -> list[SampleColumns]:
    """The samples without the columns that count the peaks of a class."""
    peaks = next((name for name in table.columns if fold(name) == "npeaks"), None)
    numbers = {one: table[one.area].cast(pl.Float64, strict=False).drop_nulls() for one in samples}
    kept = [one for one in samples if len(numbers[one])]
    if peaks is None:
        return kept
    most = table[peaks].cast(pl.Float64, strict=False).max() or 0
    return [
        one
        for one in kept
        if (numbers[one] != numbers[one].floor()).any() or (numbers[one] > most).any()
    ]


SOURCE = Source(
    title="XCMS",
    is_source=_is_xcms,
    headers={
        "rt": ("rtmed",),
        "mz": ("mzmed",),
        "isotope_label": ("isotopes",),
        "adduct": ("adduct",),
    },
    samples=_samples,
    refine_samples=without_counts,
    rt_unit="s",
    hint="XCMS does not name features: add a column Name with the species to the table of "
    "featureDefinitions and featureValues(value = 'into').",
)
