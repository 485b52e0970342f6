"""Reports of Skyline: the document grid or the transition results, one row per replicate.

Columns go by the captions of its report editor, with spaces in the grid and without in an invariant
export: ``Molecule Name`` or ``Molecule`` (``Peptide`` in proteomics), ``Replicate Name`` or
``Replicate``, ``Best Retention Time`` of a precursor or ``Retention Time`` of a transition, ``Total
Area`` or ``Area``, ``Precursor Mz`` and ``Precursor Adduct`` (skyline.ms, tutorials Custom Reports
and Small Molecule Targets). Times are in minutes; what is missing is ``#N/A``.
"""

from app.analysis.reading.columns import fold
from app.analysis.reading.sources.source import Header, Source

MOLECULES = (
    *("moleculename", "molecule", "peptide", "peptidesequence", "precursorname"),
    "precursorionname",
)
REPLICATES = ("replicatename", "replicate")


def _is_skyline(header: Header) -> bool:
    folded = {fold(name) for name in header}
    return bool(folded & {*MOLECULES}) and bool(folded & {*REPLICATES})


SOURCE = Source(
    title="Skyline",
    is_source=_is_skyline,
    headers={
        "name": MOLECULES,
        "rt": (
            *("bestretentiontime", "moleculeretentiontime", "peptideretentiontime"),
            "retentiontime",
        ),
        "volume": ("totalarea", "totalareams1", "totalareafragment", "area", "normalizedarea"),
        "sample": REPLICATES,
        "mz": ("precursormz",),
        "adduct": ("precursoradduct",),
    },
    precursor=("precursormz", "precursoradduct", "precursorcharge", "isotopelabeltype"),
    transition=("productmz", "fragmention", "fragmentionname", "productname", "transition"),
    hint="Add Molecule Name, Replicate Name, Best Retention Time and Total Area to the report.",
)
