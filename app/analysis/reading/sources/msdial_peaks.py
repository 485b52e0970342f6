"""Peak lists of MS-DIAL: one sample, one row per peak, with its unknowns and isotopes.

The header has ``Peak ID`` (``PeakID`` before version 5), ``Name`` (``Title``), ``RT left(min)``,
``RT (min)``, ``RT right (min)``, ``Precursor m/z``, ``Height``, ``Area``, ``Adduct`` and
``Isotope``. A peak without an annotation is called ``Unknown``, and ``Isotope`` counts from 0.
"""

from app.analysis.reading.headers.columns import fold
from app.analysis.reading.sources.source import Header, Source


def _is_peak_list(header: Header) -> bool:
    folded = {fold(name) for name in header}
    return {"peakid", "rtmin", "precursormz"} <= folded and "alignmentid" not in folded


SOURCE = Source(
    title="MS-DIAL (peak list)",
    is_source=_is_peak_list,
    headers={
        "name": ("name", "title", "metabolitename"),
        "rt": ("rtmin",),
        "volume": ("area",),
        "mz": ("precursormz",),
        "adduct": ("adduct", "adducttype", "adductionname"),
        "isotope_label": ("isotope", "isotopes"),
        "evidence": ("msmsmatched",),
    },
    marks_doubts=True,
    hint="Choose Export > Peak list result, as text, which has the areas of one sample.",
)
