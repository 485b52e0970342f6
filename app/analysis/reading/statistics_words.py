"""Tell columns and sheets of statistics apart from samples: a mean or a CV is no further sample."""

import re

from app.analysis.reading.columns import fold

MEANS = (
    *("mean", "average", "avg", "median", "mittelwert", "mittel", "moyenne", "media", "promedio"),
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
SUMMARIES = ("summary", "summaries", "statistics", "statistik")


def is_statistic(label: str) -> bool:
    """Whether a label, such as ``Mean`` or ``CV %``, names a statistic of samples."""
    return fold(label) in WORDS


def is_of_standard(label: str) -> bool:
    """Whether a label, such as ``IS s1``, names the internal standard of a sample."""
    return bool(STANDARD.fullmatch(label))


def is_mean(label: str) -> bool:
    """Whether a label, such as ``Average``, names the middle of samples."""
    return fold(label) in MEANS


def is_logarithm(label: str) -> bool:
    """Whether a label, such as ``log10``, names a logarithm."""
    return bool(LOGARITHM.fullmatch(label))


def is_summary(sheet: str) -> bool:
    """Whether a sheet, such as ``Averages``, is named after statistics of the others."""
    folded = fold(sheet)
    return folded in SUMMARIES or folded in WORDS or folded.removesuffix("s") in WORDS
