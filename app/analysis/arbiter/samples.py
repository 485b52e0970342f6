"""Which sample of one table is which sample of the other."""

import re

import polars as pl

from app.analysis.arbiter.errors import NotOneRunError

_MEASURE = re.compile(r" peak (area|height)$")
_ENDING = re.compile(r"(\.(raw|mzml|mzxml|wiff2?|d|abf|ibf|csv|txt))+$")


def with_samples_of_first(
    one: pl.DataFrame, other: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The annotations with equal names of samples: those of the first table.

    Names are compared without case and the ending of a file. Of two tables with one sample each the
    names do not matter.

    Raises:
        NotOneRunError: a sample is in one table alone, or two of one table have equal names.
    """
    first, second = (table["sample"].unique().sort().to_list() for table in (one, other))
    if len(first) == len(second) == 1:
        return one, other.with_columns(sample=pl.lit(first[0]))
    _check_same(first, second)
    names = {_plain(name): name for name in first}
    of_first = {name: names[_plain(name)] for name in second}
    return one, other.with_columns(pl.col("sample").replace_strict(of_first))


def _check_same(first: list[str], second: list[str]) -> None:
    """Refuse two tables that do not have the same samples.

    Raises:
        NotOneRunError: a sample is in one table alone, or two of one table have equal names.
    """
    _check_differ(first)
    _check_differ(second)
    ones, others = set(map(_plain, first)), set(map(_plain, second))
    alone = [name for name in second if _plain(name) not in ones]
    alone += [name for name in first if _plain(name) not in others]
    if alone:
        raise NotOneRunError(
            f"The two tables do not have the same samples: {', '.join(alone[:5])} "
            f"{'is' if len(alone) == 1 else 'are'} in one of them alone. Leave out what the other "
            "program did not process, or give the samples the same names."
        )


def _check_differ(names: list[str]) -> None:
    """Refuse a table of which two samples would be taken for one.

    Raises:
        NotOneRunError: their names differ by case or by the ending of a file alone.
    """
    seen: dict[str, str] = {}
    for name in names:
        if (other := seen.setdefault(_plain(name), name)) != name:
            raise NotOneRunError(
                f"The samples {other!r} and {name!r} of one table have names that differ by case "
                "or by the ending of a file alone. Rename one of them, so that it is clear which "
                "is which in the other table."
            )


def _plain(name: str) -> str:
    return _ENDING.sub("", _MEASURE.sub("", name.strip().lower()))
