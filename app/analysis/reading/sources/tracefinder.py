"""Results of TraceFinder: one row per compound and file.

``Actual RT`` is the time of the peak, ``RT`` and ``Expected RT`` that of the method. ``N/F`` is a
compound that was not found.
"""

from app.analysis.reading.headers.columns import fold
from app.analysis.reading.sources.source import Header, Source


def _is_tracefinder(header: Header) -> bool:
    folded = {fold(name) for name in header}
    return {"compound", "filename"} <= folded and bool({"actualrt", "expectedrt"} & folded)


SOURCE = Source(
    title="TraceFinder",
    is_source=_is_tracefinder,
    headers={
        "name": ("compound",),
        "rt": ("actualrt", "rt"),
        "volume": ("area", "response"),
        "sample": ("filename", "samplename", "sampleid"),
        "sample_role": ("sampletype",),
        "mz": ("mzapex", "mz"),
        "adduct": ("adduct",),
    },
    hint="Export the result table with Compound, Filename, Sample Type, Actual RT and Area.",
)
