"""Which columns of a table split its rows into samples, by the names that stand in each part.

A sample has several names, and most names are found in most samples. A number of the row or an
"early" and "late" group split the rows too, but each name is then in few of the parts.
"""

from collections.abc import Sequence
from itertools import combinations

import msgspec
import polars as pl
from msgspec.structs import replace

# Names that stand in more than this share of the parts are in most of them.
MOST = 0.5
# Each combination of the columns is looked at.
MOST_COLUMNS = 5
# The times of a name differ by less between samples; those of two isomers can differ by more.
MOST_SHIFT = 0.03
# Columns of counts, which no header of a table is called.
WHOLE, PARTS, COUNT, TIME = "\0whole", "\0parts", "\0count", "\0time"


class Names(msgspec.Struct, frozen=True):
    """The names of a table, the columns that tell its ions apart, and its times, null if unread.

    ``rows`` has a column for each header; ``own`` are those that name samples already.
    """

    rows: pl.DataFrame
    own: tuple[str, ...]
    name: str
    ions: tuple[str, ...]
    rt_min: pl.Series


def sample_columns_of(names: Names, found: Sequence[str]) -> list[tuple[str, ...]]:
    """The fewest columns of the finest split into samples; several where none is the finest."""
    names = replace(names, rows=names.rows.select(pl.all().rank("dense")))  # numbers are faster
    before = _parts(names, ())
    alone = [each for each in found if _parts(names, (each,)) > before and _covers(names, (each,))]
    alone = alone[:MOST_COLUMNS]
    numbers = range(1, len(alone) + 1)
    every = [columns for number in numbers for columns in combinations(alone, number)]
    splits = [columns for columns in every if _covers(names, columns) and _tells(names, columns)]
    finest: list[tuple[str, ...]] = []
    for columns in sorted(splits, key=lambda each: (-_parts(names, each), len(each))):
        if not any(_is_finer(names, other, columns) for other in finest):
            finest.append(columns)
    return finest


def could_be_samples(names: Names, column: str) -> bool:
    """Whether most values of a column have several names, and most names have several values.

    One that splits none of the samples that are named already tells nothing.
    """
    if _parts(names, (column,)) == _parts(names, ()):
        return False
    share = _share(names, (column,), column, pl.lit(1))
    return _have_several(names, (column,)) and share >= MOST


def are_of_one_time(names: Names, columns: Sequence[str]) -> bool:
    """Whether a name has nearly the same time in each part."""
    keys = [*names.own, *columns, names.name]
    times = names.rows.with_columns(names.rt_min.alias(TIME)).group_by(keys).agg(pl.median(TIME))
    spread = (pl.max(TIME) - pl.min(TIME)) / pl.mean(TIME)
    shifts = times.group_by(names.name).agg(spread, pl.len().alias(COUNT))
    shift = shifts.filter(pl.col(COUNT) > 1).select(pl.median(TIME)).item()
    return shift is None or not shift > MOST_SHIFT


def _parts(names: Names, columns: Sequence[str]) -> int:
    keys = [*names.own, *columns]
    return names.rows.select(keys).n_unique() if keys else 1


def _covers(names: Names, columns: Sequence[str]) -> bool:
    """Whether most names stand in most of what each column splits the parts of the others into."""
    shares = (_share(names, columns, by, MOST * pl.col(PARTS)) for by in columns)
    return _have_several(names, columns) and all(share >= MOST for share in shares)


def _have_several(names: Names, columns: Sequence[str]) -> bool:
    counts = names.rows.group_by(*names.own, *columns).agg(pl.col(names.name).n_unique())
    return float((counts[names.name] > 1).mean() or 0) > MOST  # type: ignore[arg-type]


def _share(names: Names, columns: Sequence[str], by: str, least: pl.Expr) -> float:
    """The share of the names of split parts that stand in more than ``least`` of ``PARTS``.

    ``by`` splits the parts of the other columns; 1 if it splits none.
    """
    rest = [*names.own, *(each for each in columns if each != by)]
    pairs = names.rows.select(pl.struct(pl.lit(0).alias(WHOLE), *rest).alias(WHOLE), by, names.name)
    sizes = pairs.group_by(WHOLE).agg(pl.col(by).n_unique().alias(PARTS))
    counts = pairs.group_by(WHOLE, names.name).agg(pl.col(by).n_unique().alias(COUNT))
    split = counts.join(sizes, on=WHOLE).filter(pl.col(PARTS) > 1)
    share = split.select((pl.col(COUNT) > least).mean()).item()
    return 1.0 if share is None else float(share)


def _tells(names: Names, columns: Sequence[str]) -> bool:
    """Whether most names and ions stand once in a part; others are isomers, or parts are groups."""
    counts = names.rows.group_by(*names.own, *columns, names.name, *names.ions).len(COUNT)
    return float((counts[COUNT] == 1).mean() or 0) >= MOST  # type: ignore[arg-type]


def _is_finer(names: Names, finer: Sequence[str], columns: Sequence[str]) -> bool:
    """Whether the parts of ``finer`` are those of ``columns`` or parts of them."""
    both = tuple(dict.fromkeys((*finer, *columns)))
    return _parts(names, both) == _parts(names, finer)
