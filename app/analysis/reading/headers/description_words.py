"""Tell headers of numbers that describe a peak or molecule from those that name a sample."""

import re

from app.analysis.reading.headers.columns import RECOGNISED, fold
from app.analysis.reading.headers.statistics_words import is_of_standard

# Numbers that say something else of a peak or molecule; compared as whole words of a header.
DESCRIPTIONS = frozenset(
    (
        *("mz", "masse", "da", "dalton", "mw", "pepmass", "precursor", "product", "fragment"),
        *("fragments", "charge", "z", "polarity", "ce", "energy", "ppm", "mda", "delta", "error"),
        *("theoretical", "observed", "calculated", "experimental", "diff", "isotope", "isotopes"),
        *("rt", "rts", "rtmin", "rtmax", "ri", "time", "retention", "begin", "end", "start"),
        *("stop", "apex", "width", "fwhm", "tailing", "asymmetry", "symmetry", "sn", "snr"),
        *("noise", "height", "npeaks", "scan", "scans", "ms1", "ms2", "msms", "score", "rank"),
        *("quality", "purity", "rating", "match", "confidence", "probability", "similarity"),
        *("sigma", "id", "ids", "index", "no", "nr", "nummer", "number", "row", "count"),
        *("feature", "features", "found", "cas", "cid", "kegg", "hmdb", "pubchem", "ccs"),
        *("mobility", "drift", "carbon", "carbons", "db", "dbe", "double", "bonds", "chain"),
        *("length", "ecn", "o", "oh", "hydroxyl", "hydroxyls", "sialic", "sugars", "logp"),
        *("xlogp", "tpsa", "dilution", "factor", "weight", "volume", "conc", "concentration"),
        *("amount", "level", "lod", "loq", "slope", "intercept", "r2", "order", "injection"),
        *("year", "date", "day", "batch", "plate", "age", "log", "log2", "log10", "ln", "log2fc"),
        *("fc", "p", "q", "padj", "pvalue", "qvalue", "vip", "fdr", "anova", "ratio"),
        *("fold", "change", "vs", "versus", "test", "ttest", "stat", "statistic", "effect"),
        *("cohen", "hedges", "variance", "q1", "q3", "dp", "cxp", "cone", "collision", "dwell"),
        *("window", "missing", "detected", "rf", "pmol", "nmol", "fmol", "percent"),
        *("sum", "rel", "relative", "value"),
    )
)
UNNAMED = re.compile(r"column [A-Z]+")
WORDS = re.compile(r"[^\W_]+")
# The same, if they are the whole header, perhaps with a unit: "Week 1" can be a sample.
WHOLE = frozenset(
    (
        *("f", "t", "n", "k", "dt", "tr", "ng", "\u00b5g", "\u03bcg", "mol"),
        *("sum", "valid", "sigma"),
        *("\u03c3", "peak", "entry", "cluster", "group", "subgroup", "class", "category", "dose"),
        *("days", "hours", "week", "weeks", "response", "recovery", "resolution"),
    )
)
UNIT = re.compile(r"\s*[\[(][^\])]*[\])]\s*$")


def is_description(header: str) -> bool:
    """Whether a header, such as ``Charge`` or ``S/N``, is that of no sample."""
    words = {word.casefold() for word in WORDS.findall(header)}
    known = {name for names in RECOGNISED.values() for name in names}
    return (
        bool(words & DESCRIPTIONS)
        or any("mass" in word for word in words)
        or fold(header) in {*DESCRIPTIONS, *known}
        or fold(UNIT.sub("", header)) in WHOLE
        or "%" in header
        or header.startswith(("\u0394", "\u2206"))
        or bool(UNNAMED.fullmatch(header))
        or is_of_standard(header)
    )
