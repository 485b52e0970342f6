"""Tables with a wrong class: how many are warned of, and how many wrong rows stay confident."""

import itertools
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import polars as pl

from app.analysis.pipeline import analyze
from app.analysis.reading.peaks.peak_frame import PEAK_SCHEMA
from app.analysis.settings import AnalysisSettings
from app.analysis.state.doubts.doubted_classes import WITHOUT_LAW
from tests.simulator import Variation, simulate
from tests.simulator.logistic import Gradient, draw

FIRST_SEED, TABLES = 110, 2
SURE = 0.9
# The sugars of each class of both laws.
SUGARS = {"GM3": 3, "GM2": 4, "GD3": 4, "GM1": 5, "GD2": 5, "GT3": 5}
SUGARS |= {"GD1": 6, "GT1": 7, "GQ1": 8, "GP1": 9}
MISSING = ("GM3", "GD2", "GQ1")
MOST_APART = 3


class WrongTable(NamedTuple):
    """A table (``PEAK_SCHEMA``) in which the rows of some classes have a wrong name."""

    kind: str
    table: pl.DataFrame
    wrong: frozenset[str]


class Counts(NamedTuple):
    """Tables, those warned of, rows that are confident, and those of them with a wrong class."""

    tables: int = 0
    warned: int = 0
    sure: int = 0
    wrong: int = 0


def show_classes() -> None:
    """Print what is noticed of classes that are exchanged or have the name of a missing one."""
    counts: defaultdict[str, Counts] = defaultdict(Counts)
    for seed in range(FIRST_SEED, FIRST_SEED + TABLES):
        for table in (simulate(Variation(seed=seed)).table, draw(Gradient(seed=seed))[0]):
            for case in _cases(peaks_of(table)):
                counts[case.kind] = _counted(counts[case.kind], case)
    print(
        f"\nWrong classes in {TABLES} tables of each law; goal: no wrong row confident (>= {SURE})"
    )
    print(f"{'':48}{'tables':>8}{'warned':>8}{'sure':>8}{'wrong':>8}")
    for kind in sorted(counts):
        print(f"{kind:48}" + "".join(f"{number:8}" for number in counts[kind]))


def _cases(table: pl.DataFrame) -> Iterator[WrongTable]:
    classes = [name for name in SUGARS if table["name"].str.starts_with(name).any()]
    yield WrongTable("as it is", table, frozenset())
    for one, two in itertools.combinations(classes, 2):
        exchanged = with_names(table, {one: two, two: one})
        yield WrongTable(_kind("exchanged", one, two), exchanged, frozenset({one, two}))
    for missing in MISSING:
        rest = table.filter(~pl.col("name").str.starts_with(missing))
        for name in classes:
            if name != missing:
                renamed = with_names(rest, {name: missing})
                kind = _kind("name of a missing class", name, missing)
                yield WrongTable(kind, renamed, frozenset({missing}))


def _kind(error: str, one: str, two: str) -> str:
    apart = abs(SUGARS[one] - SUGARS[two])
    sugars = f"{apart} sugar{'' if apart == 1 else 's'}" if apart < MOST_APART else "more sugars"
    return f"{error}, {sugars} apart"


def _counted(before: Counts, case: WrongTable) -> Counts:
    found = analyze(case.table, AnalysisSettings())
    sure = found.rows.filter(pl.col("call") == "true", pl.col("confidence") >= SURE)
    wrong = sure["name"].str.slice(0, len("GM1")).is_in(list(case.wrong))
    is_warned = not WITHOUT_LAW.isdisjoint(warning.code for warning in found.warnings)
    return Counts(
        before.tables + 1,
        before.warned + is_warned,
        before.sure + sure.height,
        before.wrong + int(wrong.sum()),
    )


def peaks_of(table: pl.DataFrame) -> pl.DataFrame:
    """A simulated table as peaks that are read."""
    known = table.select(
        sample=pl.lit(""),
        name="Name",
        rt_min="RT",
        peak_area="Volume",
        anchor=pl.col("Anchor") == "T",
    ).with_row_index("row", offset=1)
    missing = [pl.lit(None).alias(name) for name in PEAK_SCHEMA if name not in known.columns]
    return known.with_columns(missing).select(
        pl.col(name).cast(kind) for name, kind in PEAK_SCHEMA.items()
    )


def with_names(table: pl.DataFrame, names: dict[str, str]) -> pl.DataFrame:
    new = [names.get(name[:3], name[:3]) + name[3:] for name in table["name"]]
    numbers = pl.int_range(1, pl.len() + 1, dtype=pl.UInt32)
    return table.with_columns(name=pl.Series(new)).with_columns(row=numbers)
