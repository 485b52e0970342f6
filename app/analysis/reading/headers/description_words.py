"""Tell headers of numbers that describe a peak or molecule from those that name a sample."""

import re
from collections.abc import Sequence

from app.analysis.reading.headers.columns import RECOGNISED, fold
from app.analysis.reading.headers.statistics_words import is_of_standard

# Numbers that say something else of a peak or molecule; compared as whole words of a header.
DESCRIPTIONS = frozenset(
    (
        *("mz", "masse", "da", "dalton", "mw", "pepmass", "precursor", "product", "fragment"),
        *("fragments", "charge", "z", "polarity", "ce", "energy", "ppm", "mda", "delta", "error"),
        *("theoretical", "observed", "calculated", "experimental", "diff", "isotope", "isotopes"),
        *("rt", "rts", "rtmin", "rtmax", "ri", "time", "retention", "begin", "end", "start"),
        *("stop", "apex", "plates", "width", "fwhm", "tailing", "asymmetry", "symmetry"),
        *("sn", "snr"),
        *("noise", "height", "npeaks", "scan", "scans", "ms1", "ms2", "msms", "score", "rank"),
        *("quality", "purity", "rating", "match", "confidence", "probability", "similarity"),
        *("sigma", "id", "ids", "index", "no", "nr", "nummer", "number", "row", "count"),
        *("feature", "features", "found", "cas", "cid", "kegg", "hmdb", "pubchem", "ccs"),
        *("mobility", "drift", "carbon", "carbons", "db", "dbe", "double", "bonds", "chain"),
        *("length", "ecn", "oh", "hydroxyl", "hydroxyls", "sialic", "sugars", "logp"),
        *("xlogp", "tpsa", "factor", "weight", "volume", "conc", "concentration"),
        *("amount", "lod", "loq", "slope", "intercept", "r2"),
        *("date", "log", "log2", "log10", "ln", "log2fc"),
        *("fc", "padj", "pvalue", "qvalue", "vip", "fdr", "anova", "ratio"),
        *("fold", "change", "vs", "versus", "test", "ttest", "stat", "statistic", "effect"),
        *("cohen", "hedges", "variance", "q1", "q3", "dp", "cxp", "cone", "collision", "dwell"),
        *("window", "missing", "detected", "rf", "pmol", "nmol", "fmol", "percent"),
        *("sum", "rel", "relative", "value"),
    )
)
# Words of conditions: Day 7 is a sample, and a column Day a number of its own.
CONDITIONS = frozenset(
    (
        *("day", "year", "age", "batch", "plate", "injection", "level", "dilution", "order"),
        *("o", "p", "q"),
    )
)
# R2 is one of the replicates R1 to R3.
NUMBERED = re.compile(r"(?P<stem>.*[^\W\d])[\s_.-]*\d+")
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


def descriptions_in(headers: Sequence[str]) -> set[str]:
    """The headers of no sample; one that differs from that of a sample by its number is one."""
    found = {header for header in headers if is_description(header)}
    stems = {header: stem_of(header) for header in headers}
    of_samples = {stem for header, stem in stems.items() if stem and header not in found}
    return {header for header in found if stems[header] not in of_samples}


def stem_of(header: str) -> str:
    """What stands before the number at the end of a header; empty without a number."""
    found = NUMBERED.fullmatch(header.strip())
    return found["stem"].casefold() if found else ""


def is_description(header: str) -> bool:
    """Whether a header, such as ``Charge`` or ``S/N``, is that of no sample."""
    words = {word.casefold() for word in WORDS.findall(header)}
    known = {name for names in RECOGNISED.values() for name in names}
    return (
        bool(words & DESCRIPTIONS)
        or (bool(words & CONDITIONS) and not any(map(str.isdigit, header)))
        or any("mass" in word for word in words)
        or fold(header) in {*DESCRIPTIONS, *known}
        or fold(UNIT.sub("", header)) in WHOLE
        or "%" in header
        or header.startswith(("\u0394", "\u2206"))
        or bool(UNNAMED.fullmatch(header))
        or is_of_standard(header)
    )
