"""Reports of Skyline: the document grid or the transition results, one row per replicate.

Columns go by the captions of its report editor, with spaces in the grid and without in an invariant
export: ``Molecule Name`` or ``Molecule`` (``Peptide`` in proteomics), ``Replicate Name`` or
``Replicate``, ``Best Retention Time`` of a precursor or ``Retention Time`` of a transition, ``Total
Area`` or ``Area``, ``Precursor Mz`` and ``Precursor Adduct`` (skyline.ms, tutorials Custom Reports
and Small Molecule Targets). A report that is pivoted by replicate has ``s1 Best Retention Time``
and ``s1 Total Area`` instead. Times are in minutes; what is missing is ``#N/A``.
"""

from app.analysis.reading.headers.columns import fold
from app.analysis.reading.sources.source import Above, Header, SampleColumns, Source
from app.analysis.reading.sources.wide import samples_of

MOLECULES = (
    *("moleculename", "molecule", "peptide", "peptidesequence", "precursorname"),
    "precursorionname",
)
REPLICATES = ("replicatename", "replicate")
TRANSITIONS = ("productmz", "fragmention", "fragmentionname", "productname", "transition")


def _is_skyline(header: Header) -> bool:
    folded = {fold(name) for name in header}
    return bool(folded & {*MOLECULES}) and bool(folded & {*REPLICATES} or _pivoted(header))


def _pivoted(header: Header) -> list[SampleColumns]:
    """The replicates of a pivoted report, which has columns for each."""
    return [one for one in samples_of(header) if one.rt]


def _samples(header: Header, _above: Above) -> list[SampleColumns]:
    """Those of a pivoted report; its transitions could not be summed."""
    folded = {fold(name) for name in header}
    is_grid = bool(folded & {*REPLICATES})
    return [] if is_grid or folded & {*TRANSITIONS} else _pivoted(header)


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
    samples=_samples,
    transition=TRANSITIONS,
    hint="Add Molecule Name, Replicate Name, Best Retention Time and Total Area to the report "
    "(File > Export > Report), without the columns of transitions if it is pivoted.",
)
