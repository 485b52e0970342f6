"""Tell columns and sheets of statistics apart from samples: a mean or a CV is no further sample."""

import re
from collections.abc import Sequence

from app.analysis.reading.columns import fold

MEANS = (
    *("mean", "average", "avg", "median", "mittelwert", "mittel", "moyenne", "promedio"),
    "平均",
)
WORDS = frozenset(
    (
        *MEANS,
        *("sd", "std", "stdev", "stddev", "standarddeviation"),
        *("sem", "standarderror", "cv", "rsd", "relsd", "%cv", "cv%", "%rsd", "rsd%"),
        *("variance", "minimum", "maximum", "sum", "total", "count", "pvalue", "qvalue", "fdr"),
        *("foldchange", "log2fc", "log2foldchange", "ratio", "rank", "%", "percent"),
        *("summe", "stabw", "standardabweichung", "écarttype", "somme", "suma", "somma"),
        *("標準偏差", "合計"),
    )
)
# The internal standard's own areas stand beside those of the samples.
STANDARD = re.compile(
    r"(?:IS|ISTD|internal standard)(?:[\s_.:-].*)?|.*[\s_.:-](?:IS|ISTD)", re.IGNORECASE
)
# Of a label that names a logarithm, whose column holds no areas.
LOGARITHM = re.compile(r"(?:.*[\s_.:-])?log(?:2|10|e)?(?:[\s_.:-].*)?|ln", re.IGNORECASE)
# A label such as x10^6 is the unit of a column.
FACTOR = re.compile(r"[x\u00d7*/]?\s*(?:10\^?\d+|1?[eE]\d+)")
# Words that tell a statistic of a group before or after its name, as in ctrl_mean.
OF_GROUPS = frozenset(("sem", "cv", "rsd", "stdev", "stddev", "ratio", "log2fc", *MEANS))
# After a name, or before it if the table has means; by itself it can be a strain of rats.
DEVIATION = "sd"
PIECES = re.compile(r"[\s_.:()\[\]-]+")
SUMMARIES = ("summary", "summaries", "statistics", "statistik")


def statistics_in(labels: Sequence[str]) -> set[str]:
    """The labels, such as ``Mean``, ``CV %`` or ``ctrl_mean``, that name statistics of samples."""
    pieces = {label: [fold(each) for each in PIECES.split(label) if each] for label in labels}
    ends = {label: {*each[:1], *each[-1:]} for label, each in pieces.items()}
    found = {label for label in labels if fold(label) in WORDS or ends[label] & OF_GROUPS}
    has_means = any(ends[label] & {*MEANS} for label in found)
    deviations = {
        label
        for label, each in pieces.items()
        if len(each) > 1 and (each[-1] == DEVIATION or (has_means and each[0] == DEVIATION))
    }
    return found | deviations


def is_of_standard(label: str) -> bool:
    """Whether a label, such as ``IS s1``, names the internal standard of a sample."""
    return bool(STANDARD.fullmatch(label))


def is_mean(label: str) -> bool:
    """Whether a label, such as ``Average``, names the middle of samples."""
    return fold(label) in MEANS


def is_unit(label: str) -> bool:
    """Whether a label, such as ``log10`` or ``x10^6``, says how areas are given."""
    return bool(LOGARITHM.fullmatch(label) or FACTOR.fullmatch(label))


def is_summary(sheet: str) -> bool:
    """Whether a sheet, such as ``Averages``, is named after statistics of the others."""
    folded = fold(sheet)
    return folded in SUMMARIES or folded in WORDS or folded.removesuffix("s") in WORDS
