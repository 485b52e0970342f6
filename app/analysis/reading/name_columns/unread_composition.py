"""Refuse tables whose names leave out what another column says of the composition."""

import polars as pl

from app.analysis.computing.late_pattern import LatePattern
from app.analysis.errors import PeakTableError
from app.analysis.names.ceramides.ceramide import MOST_HYDROXYLS
from app.analysis.names.name_table import parse_names
from app.analysis.reading.cells.anchor_words import YES, plain_word
from app.analysis.reading.headers.columns import fold
from app.analysis.reading.layout.layout import Layout
from app.analysis.reading.name_columns.ceramide_numbers import (
    HYDROXYLS,
    OXYGENS,
    USUAL_HYDROXYLS,
    whole_numbers,
)

MOST_ROWS, MOST_COLUMNS = 20_000, 200
# What a cell can say of a glycan; of a name that has none of these, it is not known.
GROUP = (
    r"(?:[4789]-?)?O-?Ac(?:etyl(?:ated|ation)?)?|Neu5?Gc|NGNA|N-?glycolyl\w*"
    r"|Fuc(?:osyl\w*|ose)?|KDN|SO3|sul(?:f|ph)(?:o|ate|ated)|lyso|lactone"
)
GROUPS = rf"(?i)^\s*\+?\d?\s*(?:{GROUP})\s*$"
# A header of their number, as OAc or "Number of O-acetyl groups".
NUMBER_OF_GROUPS = LatePattern(
    rf"(?i)\s*(?:(?:n|no|nr|number)\.?(?: of)?\s+|#\s*)?(?:{GROUP}|acetyl)s?(?: groups?| count)?\s*"
)
FEW = frozenset("123456789")
WRITTEN = r"(?i)Ac(?:[^a-z]|$|etyl)|Gc|NGNA|glycolyl|Fuc|KDN|SO3|sulf|sulph|lyso|lacton"
# A sum composition without oxygens at the end of a name, as in GM3(42:1).
SUM = r"[^\w.][(\[]?\d{2}:\d{1,2}[)\]]?\s*$"
# Columns of ions, in which OAc is an adduct.
IONS = LatePattern(r"(?i)adduct|charge|(?<![a-z])ion(?![a-z])|LipidIon|IonType")
SENTENCE = (
    "The column {!r} says {!r} of {!r}, whose name does not. Write what it says into the names, as "
    "in GD3+OAc(36:1;O2), and try again."
)


def check_composition(table: pl.DataFrame, layout: Layout) -> None:
    """Refuse a table in which a column that is not read changes the composition of names.

    Raises:
        PeakTableError: one does.
    """
    name = layout.roles.get("name", "")
    if not name or table[name].dtype != pl.String:
        return
    unread = [each for each in table.columns[:MOST_COLUMNS] if each not in layout.used]
    counting = [each for each in unread if fold(each) in OXYGENS | HYDROXYLS]
    groups = [each for each in unread if NUMBER_OF_GROUPS.compiled.fullmatch(each)]
    writing = [
        each for each in unread if table[each].dtype == pl.String and not IONS.compiled.search(each)
    ]
    if not counting and not writing and not groups:
        return
    rows = table.select(name, *unread).head(MOST_ROWS)
    rows = rows.filter(pl.col(name).is_not_null())
    for column in unread:
        if column in counting:
            _check(rows, name, column, _other_oxygens(rows[name], rows[column]))
        elif column in groups and (has_some := _has_some(rows[column])).any():
            _check(rows, name, column, has_some & _is_plain(rows[name]))
        elif column in writing:
            _check(rows, name, column, rows[column].str.contains(GROUPS) & _is_plain(rows[name]))


def _has_some(cells: pl.Series) -> pl.Series:
    """Whether each cell of a column of groups is a small number above 0, or a yes."""
    words = {value: plain_word(value) in YES | FEW for value in cells.unique().to_list()}
    return cells.replace_strict(
        pl.Series([*words], dtype=cells.dtype), [*words.values()], return_dtype=pl.Boolean
    )


def _is_plain(names: pl.Series) -> pl.Series:
    is_plain = names.is_in(_species(names).drop_nulls("species")["name"].implode())
    return is_plain & ~names.str.contains(WRITTEN)


def _species(names: pl.Series) -> pl.DataFrame:
    return parse_names(names.unique().to_list()).select("name", "species", "hydroxyls")


def _other_oxygens(names: pl.Series, cells: pl.Series) -> pl.Series:
    """Whether each name without oxygens has others than a column counts, in all or beyond two.

    More oxygens than a ceramide can have are those of the whole molecule.
    """
    numbers = whole_numbers(cells)
    nothing = pl.repeat(value=False, n=len(names), eager=True)
    if numbers is None or not names.str.contains(SUM).all() or (numbers > MOST_HYDROXYLS).any():
        return nothing
    rows = names.to_frame("name").join(
        _species(names), on="name", how="left", maintain_order="left"
    )
    counted = rows["hydroxyls"].cast(pl.Int64)
    for expected in (counted, counted - USUAL_HYDROXYLS):
        if (numbers == expected).all():
            return nothing
    return (numbers != counted).fill_null(value=False)


def _check(rows: pl.DataFrame, name: str, column: str, is_other: pl.Series) -> None:
    """Refuse the first row in which a column says something that the name does not.

    Raises:
        PeakTableError: there is one.
    """
    found = rows.filter(is_other.fill_null(value=False))
    if found.height:
        raise PeakTableError(SENTENCE.format(column, str(found[column][0]), found[name][0]))
