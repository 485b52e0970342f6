"""Find the samples of a table whose column of samples is not called so, as ``Mouse`` or ``Run``.

Peaks of several samples that are read as one would compete: of two rows of a species at most one
could be confirmed. The columns are known by their words, and by the cells: they have to tell rows
of one name apart, for most names.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from app.analysis.reading.columns import REPEAT, quoted_list
from app.analysis.reading.layout import Layout
from app.analysis.reading.sources import SOURCES

# Words of headers whose cells can be samples, alone or together.
SAMPLES = frozenset(
    (
        *("sample", "samples", "specimen", "replicate", "replicates", "rep", "run", "injection"),
        *("inj", "acquisition", "animal", "mouse", "rat", "pig", "subject", "patient", "donor"),
        *("individual", "participant", "case", "tissue", "organ", "region", "group", "condition"),
        *("treatment", "genotype", "strain", "diet", "dose", "timepoint", "day", "passage", "well"),
        *("clone", "culture", "batch", "extraction", "extract", "fraction", "cohort", "cell"),
        *("cells", "line", "vial", "tier", "maus", "gewebe", "gruppe", "wiederholung", "souris"),
        *("tissu", "groupe", "tejido", "grupo", "tessuto", "gruppo", "組織", "组织", "群", "组"),
    )
)
# Words that make something else of them, such as a sample weight.
OTHERS = frozenset(
    (
        *("type", "role", "weight", "volume", "amount", "mass", "conc", "concentration", "date"),
        *("time", "method", "order", "factor", "dilution", "comment", "note", "class", "count"),
        *("file", "path", "position", "operator"),
    )
)
# What else tells two rows of one name apart: they are two ions.
IONS = ("adduct", "charge", "isotope_label")
WORDS = re.compile(r"[^\W\d_]+")
MOST_ROWS, MOST_VALUES = 20_000, 1_000
# So many of the names stand in several samples.
LEAST_SHARE = 0.5
# Of the rows that repeat a name so many may be left, such as isomers whose names have no letter.
MOST_LEFT = 0.35


def implied_headers(header: Sequence[str]) -> list[str]:
    """The headers that can name samples by their words."""
    words = {name: {each.casefold() for each in WORDS.findall(name)} for name in header}
    return [name for name, each in words.items() if each & SAMPLES and not each & OTHERS]


def with_implied_samples(table: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, Layout]:
    """The table with a column of samples made of those that tell rows of one name apart.

    A column of samples that the table has stays a part of it, as a sample with its injections. A
    note says which columns were taken.
    """
    name = layout.roles.get("name", "")
    if layout.source is not SOURCES[-1] or layout.samples or not name:
        return table, layout
    own = [layout.roles["sample"]] if "sample" in layout.roles else []
    found = [each for each in implied_headers(layout.header) if each not in layout.used]
    rows = table.select(list(dict.fromkeys([*own, *found, name, *_ions(layout)]))).head(MOST_ROWS)
    found = [each for each in found if _can_be_samples(rows[each])]
    found = _needed(rows, own, found, [name, *_ions(layout)])
    if not found or _share_of_repeated(rows, [*own, *found], name) < LEAST_SHARE:
        return table, layout
    return _with_column(table, layout, [*own, *found])


def _ions(layout: Layout) -> list[str]:
    return [layout.roles[role] for role in IONS if role in layout.roles]


def _can_be_samples(cells: pl.Series) -> bool:
    is_whole = cells.dtype == pl.String or cells.dtype.is_integer() or _are_whole(cells)
    return is_whole and not cells.null_count() and 1 < cells.n_unique() <= MOST_VALUES


def _are_whole(cells: pl.Series) -> bool:
    return cells.dtype.is_float() and bool((cells == cells.floor()).all())


def _needed(
    rows: pl.DataFrame, own: Sequence[str], found: Sequence[str], ion: Sequence[str]
) -> list[str]:
    """The fewest columns that tell rows of one name and ion apart; none if most are not told."""
    apart = rows.select(*own, *ion, *found).n_unique()
    repeated = rows.height - rows.select(*own, *ion).n_unique()
    if rows.height - apart > MOST_LEFT * repeated:
        return []
    needed = list(found)
    for name in sorted(found, key=lambda each: rows[each].n_unique()):
        rest = [each for each in needed if each != name]
        if rows.select(*own, *ion, *rest).n_unique() == apart:
            needed = rest
    return needed


def _share_of_repeated(rows: pl.DataFrame, samples: Sequence[str], name: str) -> float:
    """The share of the names that stand in several samples."""
    counts = rows.select(*samples, name).unique().group_by(name).len()
    return float((counts["len"] > 1).mean() or 0)  # type: ignore[arg-type]


def _with_column(
    table: pl.DataFrame, layout: Layout, columns: list[str]
) -> tuple[pl.DataFrame, Layout]:
    """The table with the samples that the columns are together, and a note."""
    header = columns[0]
    if len(columns) > 1:
        header = " ".join(REPEAT.sub("", each) for each in columns)
        while header in table.columns:
            header += "'"
        table = table.with_columns(
            pl.concat_str(pl.col(columns).cast(pl.String), separator=" ").alias(header)
        )
    note = (
        f"The same names stand for each value of {quoted_list(columns)}, so these are read as the "
        "samples. Choose another column of samples, or none, where this is wrong."
    )
    roles = layout.roles | {"sample": header}
    names = layout.header if header in layout.header else (*layout.header, header)
    return table, replace(layout, header=names, roles=roles, notes=(*layout.notes, note))
