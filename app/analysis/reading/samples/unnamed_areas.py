"""Find the samples of a wide table whose headers are the names of the samples alone.

Such a header says nothing of areas, so the numbers have to look like areas: none is below 0, and
they differ as peaks do, while masses, years and carbons do not. A note says how they were read, and
a person can choose another column of areas.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace

import polars as pl

from app.analysis.reading.cells.cells import ABSENT, parse_numbers
from app.analysis.reading.headers.columns import RECOGNISED, fold, quoted_list
from app.analysis.reading.headers.statistics_words import (
    is_of_standard,
    processed_copies,
    statistics_in,
)
from app.analysis.reading.layout.layout import Layout
from app.analysis.reading.samples.computed_columns import computed_columns
from app.analysis.reading.sources.source import SampleColumns

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
        *(
            "f",
            "t",
            "n",
            "k",
            "dt",
            "tr",
            "ng",
            "\u00b5g",
            "\u03bcg",
            "mol",
            "sum",
            "valid",
            "sigma",
        ),
        *("\u03c3", "peak", "entry", "cluster", "group", "subgroup", "class", "category", "dose"),
        *("days", "hours", "week", "weeks", "response", "recovery", "resolution"),
    )
)
UNIT = re.compile(r"\s*[\[(][^\])]*[\])]\s*$")
COMPUTES = re.compile(r"[/:\u00f7\u2212-]")
# One column of numbers could be anything.
FEWEST_SAMPLES = 2
# Numbers up to 1 are shares or probabilities beside areas of so much.
USUAL_AREA = 1_000
# The largest peak of a sample is more than so many times the smallest.
LEAST_RANGE = 2.0


def with_unnamed_areas(table: pl.DataFrame, layout: Layout, mapping: Mapping[str, str]) -> Layout:
    """The layout with the columns of numbers that nothing else explains as samples, and a note."""
    if layout.missing != ["Volume"] or "volume" in mapping:
        return layout
    free = [name for name in layout.header if name not in layout.used]
    numbers = [name for name in free if _are_numbers(table[name])]
    statistics = statistics_in(numbers) | processed_copies(numbers)
    samples = [
        name
        for name in numbers
        if name not in statistics and not _is_description(name) and _can_be_areas(table[name])
    ]
    samples = [name for name in samples if not is_computed_of(name, samples)]
    computed = computed_columns(table, samples) | _shares(table, samples)
    samples = [name for name in samples if name not in computed]
    if len(samples) < FEWEST_SAMPLES:
        return layout
    others = [name for name in numbers if name not in samples]
    note = (
        "No header names areas, so the numbers in these columns are read as the areas of a sample "
        f"each: {quoted_list(samples)}."
    )
    note += f" These are not read: {quoted_list(others)}." if others else ""
    note += " Choose the column of areas where this is wrong."
    columns = tuple(SampleColumns(name.strip(), name) for name in samples)
    return replace(layout, samples=columns).with_notes(note)


def is_computed_of(header: str, samples: Collection[str]) -> bool:
    """Whether a header, such as ``KO/WT`` or ``KO1-WT1``, computes with others or their groups."""
    parts = {part.strip().casefold() for part in COMPUTES.split(header)}
    names = {name.strip().casefold() for name in samples if name != header}
    groups = {name.rstrip("0123456789_-. ") for name in names}
    return len(parts) > 1 and parts <= names | groups


def _are_numbers(cells: pl.Series) -> bool:
    """Whether a column holds numbers alone, with some of them missing at most."""
    if cells.dtype.is_numeric():
        return cells.null_count() < len(cells)
    if cells.dtype != pl.String:
        return False
    written = cells.drop_nulls()
    written = written.filter(~written.str.contains(ABSENT))
    return len(written) > 0 and parse_numbers(written).null_count() == 0


def _can_be_areas(cells: pl.Series) -> bool:
    """Whether numbers are above 0, or 0 for no peak, and differ as the areas of peaks do.

    Those that count the rows do not.
    """
    numbers = parse_numbers(cells).drop_nulls().drop_nans()
    peaks = numbers.filter(numbers > 0)
    if (
        (numbers < 0).any()
        or peaks.is_empty()
        or (len(numbers) > 1 and (numbers.diff() == 1).all())
    ):
        return False
    return float(peaks.max()) >= LEAST_RANGE * float(peaks.min())  # type: ignore[arg-type]


def _shares(table: pl.DataFrame, samples: Collection[str]) -> set[str]:
    """The columns whose numbers are too small beside those of others to be areas."""
    largest = {name: parse_numbers(table[name]).max() or 0 for name in samples}
    if not any(float(area) >= USUAL_AREA for area in largest.values()):  # type: ignore[arg-type]
        return set()
    return {name for name, area in largest.items() if float(area) <= 1}  # type: ignore[arg-type]


def _is_description(header: str) -> bool:
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
