"""Alignment results of MS-DIAL: a TSV with lines above its header and one column per sample.

Above the header stand ``Class``, ``File type``, ``Injection order`` and ``Batch ID`` (three of them
in older versions), each with its values over the samples' columns; averages and deviations of
classes, which follow, have the file type NA. The header begins with ``Alignment ID``, ``Average
Rt(min)``, ``Average Mz``, ``Metabolite name`` and ``Adduct type`` (``Adduct ion name`` before
version 4) and its last column before the samples is ``MS/MS spectrum``; seen in
lfnothias/GNPSDocumentation, docs/tutorials/AG_tutorial_files, and read so by the R package
MetabolomicsBasics (``read_msdial``). An area of 0 is a sample without the feature.

Names have the sum composition and the chains, ``GM3 36:1;2O|GM3 18:1;2O/18:0``.
A name that was found by mass alone begins with ``w/o MS2:`` or ``no MS2:``; the column ``MS/MS
matched`` has ``False``.
"""

from collections.abc import Sequence

from app.analysis.reading.headers.columns import fold
from app.analysis.reading.sources.source import Above, Header, SampleColumns, Source

BEGINS = "alignmentid"
LAST_BEFORE_SAMPLES = "msmsspectrum"
NO_FILE = ("", "na")


def _is_msdial(header: Header) -> bool:
    return {BEGINS, "averagertmin", "metabolitename"} <= {fold(name) for name in header}


def _samples(header: Header, above: Above) -> list[SampleColumns]:
    """The columns with a file type above them, or all after the spectra without such a line."""
    last = [fold(name) for name in header].index(LAST_BEFORE_SAMPLES) if _has_last(header) else 0
    kinds = next((line for line in above if "filetype" in map(fold, line)), None)
    if kinds is None:
        names = list(header)[last + 1 :] if last else []
        return [SampleColumns(name.strip(), name) for name in names if name.strip()]
    return [
        SampleColumns(name.strip(), name, role=kind.strip())
        for name, kind in zip(header, _after_label(kinds), strict=False)
        if _is_file(kind) and name.strip()
    ]


def _has_last(header: Header) -> bool:
    return LAST_BEFORE_SAMPLES in map(fold, header)


def _after_label(kinds: Sequence[str]) -> list[str]:
    """The file types above their columns, empty up to the label."""
    label = [fold(kind) for kind in kinds].index("filetype")
    return ["" if place <= label else kind for place, kind in enumerate(kinds)]


def _is_file(kind: str) -> bool:
    return kind.strip().lower() not in NO_FILE


SOURCE = Source(
    title="MS-DIAL",
    is_source=_is_msdial,
    headers={
        "name": ("metabolitename",),
        "rt": ("averagertmin",),
        "mz": ("averagemz",),
        "adduct": ("adducttype", "adductionname"),
        "evidence": ("msmsmatched",),
    },
    samples=_samples,
    marks_doubts=True,
    hint="Choose Export > Alignment result and tick Raw data matrix (Area).",
)
