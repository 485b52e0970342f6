"""Results of the Lipid Data Analyzer: a workbook with one sheet per class.

``Species`` is the ceramide alone (``36:1``), its class is the name of the sheet; ``Name`` has its
carbons and ``Dbs`` its double bonds.
"""

from app.analysis.reading.columns import fold
from app.analysis.reading.sources.source import Header, Source


def _is_lda(header: Header) -> bool:
    return {"species", "dbs", "area"} <= {fold(name) for name in header}


SOURCE = Source(
    title="Lipid Data Analyzer",
    is_source=_is_lda,
    headers={
        "name": ("species",),
        "rt": ("rt", "retentiontime"),
        "volume": ("area",),
        "mz": ("mz",),
        "adduct": ("adduct", "modification", "modname"),
        "isotope_label": ("isotope",),
        "charge": ("charge",),
    },
    hint="Give the result file of one measurement (.xlsx) as the Lipid Data Analyzer saves it; "
    "its sheets have RT and Area.",
)
