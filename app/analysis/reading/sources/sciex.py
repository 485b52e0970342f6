"""Results of Sciex OS and MultiQuant: one row per component and sample.

Sciex OS writes ``Component Name``, ``Retention Time`` and ``Area``; MultiQuant ``Analyte Peak
Name``, ``Analyte Retention Time (min)`` and ``Analyte Peak Area (counts)``. ``Expected RT`` is that
of the method. ``Component Type`` is ``Quantifiers``, ``Qualifiers`` or ``Internal Standards``.
"""

from app.analysis.reading.headers.columns import fold
from app.analysis.reading.sources.source import Header, Source

NAMES = ("componentname", "analytepeakname")


def _is_sciex(header: Header) -> bool:
    folded = {fold(name) for name in header}
    return bool({*NAMES} & folded) and bool({"samplename", "sampleindex", "sampletype"} & folded)


SOURCE = Source(
    title="Sciex OS",
    is_source=_is_sciex,
    headers={
        "name": NAMES,
        "rt": ("retentiontime", "analyteretentiontimemin", "retentiontimemin", "analytertmin"),
        "volume": ("area", "analytepeakareacounts", "analytepeakarea", "areacounts"),
        "sample": ("samplename", "sampleindex"),
        "sample_role": ("sampletype",),
        "mz": ("foundatmass", "foundmass"),
        "adduct": ("adductcharge", "adduct"),
        "isotope_label": ("componenttype",),
    },
    transition_names=NAMES,
    transition_masses=("massinfo", "analytemassrangesda", "q1q3"),
    hint="Show Component Name, Sample Name, Retention Time and Area in the results table, then "
    "choose More > Export > Results table.",
)
