"""Components of UNIFI and waters_connect: one row per component and injection (``Item name``).

``Response`` or ``Detector counts`` is the area; adducts are written as ``-H``.
"""

from app.analysis.reading.headers.columns import fold
from app.analysis.reading.headers.time_words import split_unit
from app.analysis.reading.sources.source import Header, Source


def _is_unifi(header: Header) -> bool:
    folded = {fold(split_unit(name)[0]) for name in header}
    return {"componentname", "observedrt"} <= folded


SOURCE = Source(
    title="UNIFI",
    is_source=_is_unifi,
    headers={
        "name": ("componentname", "identification"),
        "rt": ("observedrt", "observedrtmin"),
        "volume": ("response", "detectorcounts", "area"),
        "sample": ("itemname", "injectionname", "samplename"),
        "sample_role": ("sampletype", "itemtype"),
        "mz": ("observedmz",),
        "adduct": ("adducts", "adduct"),
        "charge": ("observedcharge", "charge"),
    },
    hint="Export the component table with Item name, Component name, Observed RT and Response.",
)
