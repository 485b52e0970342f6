"""Tell columns and sheets of statistics apart from samples: a mean or a CV is no further sample."""

import re
from collections.abc import Collection, Sequence

from app.analysis.computing.late_pattern import LatePattern
from app.analysis.names.cells.sample_roles import sample_role
from app.analysis.reading.headers.columns import fold

MEANS = (
    *("mean", "average", "avg", "median", "mittelwert", "mittel", "moyenne", "promedio"),
    "平均",
)
DEVIATIONS = (
    *("sd", "stdev", "stddev", "standarddeviation", "sem", "standarderror", "variance"),
    *("cv", "rsd", "relsd", "%cv", "cv%", "%rsd", "rsd%", "stabw", "standardabweichung"),
    *("écarttype", "標準偏差"),
)
WORDS = frozenset(
    (
        *MEANS,
        *DEVIATIONS,
        "std",
        *(
            "minimum",
            "maximum",
            "min",
            "max",
            "sum",
            "total",
            "count",
            "pvalue",
            "qvalue",
            "fdr",
        ),
        *("foldchange", "log2fc", "log2foldchange", "ratio", "rank", "%", "percent"),
        *("expected", "predicted", "theoretical", "calculated"),
        *("summe", "somme", "suma", "somma"),
        *("合計",),
    )
)
# The internal standard's own areas stand beside those of the samples.
STANDARD = LatePattern(
    r"(?:IS|ISTD|internal standard)(?:[\s_.:-].*)?|.*[\s_.:-](?:IS|ISTD)", re.IGNORECASE
)
# Of a label that names a logarithm, whose column holds no areas. "Log 1" can be a sample.
LOGARITHM = re.compile(
    r"(?:.*[\s_.:-])?log(?:2|10)(?:[\s_.:-].*)?|loge?|(?:.*[\s_.:-])?ln", re.IGNORECASE
)
LOGARITHM_OF = re.compile(
    r"(?:log|ln)[\s_.:-]+(?P<after>\S.*)|(?P<before>.*\S)[\s_.:-]+log", re.IGNORECASE
)
# A label such as x10^6 is the unit of a column; one such as 101, 1e3, E14 or x103 can be a sample.
POWER = r"10(?:\^\d+|[\u2070\u00b9\u00b2\u00b3\u2074-\u2079]+)"
TIMES = r"[x\u00d7*/]\s*(?:100+|1[eE]\d+)|[\u00d7*/]\s*[eE]\d+"
COUNTED = r"counts?|cps|a\.?u\.?"
FACTOR = LatePattern(
    rf"(?:(?:{COUNTED})\s*)?(?:[xX\u00d7*/]?\s*{POWER}|{TIMES})(?:\s*(?:{COUNTED}))?"
)
# Words that tell a statistic of a group before or after its name, as in ctrl_mean.
OF_GROUPS = frozenset(("sem", "cv", "rsd", "stdev", "stddev", "ratio", "log2fc", *MEANS))
# After a name, or before it if the table has means; by itself it can be a strain of rats.
DEVIATION = "sd"
# Samples such as "CV 1" or "ratio 2b" are numbered.
NUMBERED = re.compile(r"\d+[a-z]?")
PIECES = re.compile(r"[\s_.:()\[\]-]+")
SUMMARIES = ("summary", "summaries", "statistics", "statistik")
# What a sheet holds that its author does not want read.
SET_ASIDE = ("excluded", "rejected", "discarded", "obsolete", "template", "unused", "deleted")
# Words of areas that were computed from those of the peaks.
PROCESSED = frozenset(
    (
        *("norm", "normalized", "normalised", "normalization", "normalisation", "scaled"),
        *("corrected", "adjusted", "subtracted", "imputed", "transformed", "relative"),
        *("log2", "log10", "zscore", "zscores", "percent", "percentage", "pct", "quantified"),
        *("background", "relativ", "normiert", "normalisiert", "normalis\u00e9"),
    )
)
NOT_PROCESSED = frozenset(("raw", "not", "non", "un", "without", "before", "nicht"))
# After the label of another column these say the same.
AMOUNTS = frozenset(
    (
        *("pmol", "nmol", "fmol", "ng", "\u00b5g", "\u03bcg", "conc", "concentration", "amount"),
        *("log", "ln", "rel", "adj", "bkg", "bg", "noise"),
    )
)
# Of a sheet these say that it holds something else of the peaks of another sheet.
MEASURES = frozenset(
    (
        *("height", "intensity", "intensities", "response", "concentration", "conc", "amount"),
        *("pmol", "nmol", "fmol", "sn", "snr", "fwhm", "width", "ratio", "quantification"),
    )
)
FILLERS = frozenset(("blank", "area", "by", "to", "is", "raw", ""))


def statistics_in(labels: Sequence[str]) -> set[str]:
    """The labels, such as ``Mean``, ``CV %`` or ``ctrl_mean``, that name statistics of samples."""
    pieces = {label: [fold(each) for each in PIECES.split(label) if each] for label in labels}
    ends = {label: {*each[:1], *each[-1:]} for label, each in pieces.items()}
    has_means = any(each & {*MEANS} for each in ends.values())
    return {
        label
        for label, each in pieces.items()
        if fold(label) in WORDS or _is_of_group(each, has_means=has_means)
    }


def _is_of_group(pieces: Sequence[str], *, has_means: bool) -> bool:
    """Whether the pieces of a label name a statistic and a group, as in ``ctrl_mean``."""
    first, last = {*pieces[:1]}, {*pieces[-1:]}
    if last & OF_GROUPS or first & {*MEANS}:
        return True
    if DEVIATION in (first | last) and len(pieces) > 1:
        return DEVIATION in last or has_means
    is_numbered = len(pieces) > 1 and all(map(NUMBERED.fullmatch, pieces[1:]))
    return bool(first & OF_GROUPS) and (has_means or not is_numbered)


def is_of_standard(label: str) -> bool:
    """Whether a label, such as ``IS s1``, names the internal standard of a sample."""
    return bool(STANDARD.compiled.fullmatch(label))


def is_qualifier(label: str) -> bool:
    """Whether a label, such as ``Qualifier (917.5 -> 87.0)``, names a second transition."""
    return label.startswith("Qualifier (")


def is_mean(label: str) -> bool:
    """Whether a label, such as ``Average``, names the middle of samples."""
    return fold(label) in MEANS


def units_in(labels: Collection[str]) -> set[str]:
    """The labels, such as ``log10`` or ``x10^6``, that say how areas are given.

    A logarithm such as ``log s1`` is one if there is a sample ``s1``.
    """
    folded = {fold(label) for label in labels}
    return {label for label in labels if _is_unit(label) or _logarithm_of(label) in folded}


def _is_unit(label: str) -> bool:
    return bool(LOGARITHM.fullmatch(label) or FACTOR.compiled.fullmatch(label))


def _logarithm_of(label: str) -> str | None:
    """The label whose logarithm a label names, or None."""
    found = LOGARITHM_OF.fullmatch(label)
    return fold(found["after"] or found["before"]) if found else None


def is_summary(sheet: str) -> bool:
    """Whether a sheet, such as ``Averages`` or ``Excluded``, is named after what is no result."""
    folded = fold(sheet)
    if {fold(each) for each in PIECES.split(sheet)} & {*SET_ASIDE}:
        return True
    return folded in SUMMARIES or folded in WORDS or folded.removesuffix("s") in WORDS


def is_processed(label: str) -> bool:
    """Whether a label, such as ``log2`` or ``% of total``, says that areas were processed.

    One that is a role, such as ``Background 1``, names a sample.
    """
    pieces = {fold(each) for each in PIECES.split(label)}
    if sample_role(label.rstrip("0123456789 _-")):
        return False
    return ("%" in label or bool(pieces & PROCESSED)) and not pieces & NOT_PROCESSED


def is_other_measure(sheet: str) -> bool:
    """Whether a sheet, such as ``Heights`` or ``pmol per mg``, is named after no area."""
    pieces = {fold(each) for each in PIECES.split(sheet)}
    of_one = {each.removesuffix("s") for each in pieces}
    return bool((pieces | of_one) & MEASURES) or is_processed(sheet)


def is_computed(label: str) -> bool:
    """Whether a label, such as ``Rel`` or ``factor``, is that of no sample but says what it is."""
    pieces = {fold(each) for each in PIECES.split(label) if each}
    is_known = bool(pieces) and pieces <= PROCESSED | AMOUNTS | {"factor", "factors"}
    return is_known and not sample_role(label)


def processed_copies(labels: Sequence[str]) -> set[str]:
    """The labels such as ``s1 norm`` or ``s1 pmol`` that are another one, ``s1``, processed."""
    pieces = {label: frozenset(fold(each) for each in PIECES.split(label)) for label in labels}
    known = PROCESSED | AMOUNTS | {"%"}
    samples = {each - FILLERS for each in pieces.values() if not each & known}
    return {
        label
        for label, each in pieces.items()
        if each & known
        and each - known - FILLERS in samples
        and not each & NOT_PROCESSED
        and not sample_role(label)
    }
