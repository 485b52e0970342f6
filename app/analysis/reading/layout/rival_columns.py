"""Choose among columns that can hold one role equally well: two ``RT``, or RT and Retention time.

It does not matter which is read if they agree, or if one is empty. Else it is asked. Columns of
names are compared by their species instead (``rival_names.py``).
"""

from collections.abc import Mapping

import polars as pl
from msgspec.structs import replace

from app.analysis.reading.cells.cells import ABSENT, parse_numbers
from app.analysis.reading.decisions import COLUMN_SUFFIX, Answer, Question
from app.analysis.reading.headers.area_headers import split_area_unit
from app.analysis.reading.headers.columns import NUMBERS, rival_headers
from app.analysis.reading.headers.time_words import PER_MINUTE, split_unit
from app.analysis.reading.layout.layout import Layout
from app.analysis.reading.sources import SOURCES
from app.analysis.reading.sources.wide import repeats_header

TITLES = {
    "rt": "retention times",
    "volume": "peak areas",
    "log_p": "Log P",
    "mz": "m/z",
    "anchor": "anchors",
    "sample": "samples",
    "sample_role": "roles of samples",
    "adduct": "adducts",
    "charge": "charges",
    "isotope_label": "isotopes",
    "evidence": "evidence levels",
}
# Numbers that differ by less are rounded differently. A mass is known better.
ROUNDING, ROUNDING_OF_MZ = 5e-3, 2e-5
LONGEST_CELL = 40


def rivals_in(layout: Layout, mapping: Mapping[str, str]) -> dict[str, list[str]]:
    """The headers that are as good as that of each role, which no person chose."""
    is_plain = layout.source is SOURCES[-1]
    repeated = layout.source.samples(layout.header, ())
    # If samples are named in a column, a note says which of the repeated columns are not read.
    samples = repeated if repeats_header(repeated) else layout.samples
    of_samples = {name for one in samples for name in (one.area, one.rt)}
    header = [name for name in layout.header if name not in of_samples]
    found = {}
    for role in TITLES.keys() & layout.roles.keys() - mapping.keys():
        rivals = rival_headers(header, role, layout.roles[role], with_synonyms=is_plain)
        if rivals and layout.roles[role] in header:
            found[role] = rivals
    return found


def with_best_columns(
    table: pl.DataFrame, layout: Layout, mapping: Mapping[str, str]
) -> tuple[Layout, list[Question]]:
    """The layout with the column that is filled, and a question where two are and differ."""
    questions = []
    for role, rivals in rivals_in(layout, mapping).items():
        own, different = layout.roles[role], dict[str, int]()
        for rival in rivals:
            row = _first_difference(table[own], table[rival], role)
            if row is not None:
                different[rival] = row
            elif _is_fuller(table[rival], table[own]):
                own = rival
        layout = replace(layout, roles=layout.roles | {role: own})
        if different:
            questions.append(_question(table, role, own, different))
    return layout, questions


def _first_difference(own: pl.Series, rival: pl.Series, role: str) -> int | None:
    """The first row where two columns contradict each other, or each has what the other lacks."""
    are_both = _is_filled(own) & _is_filled(rival)
    if role == "sample":
        return _first_other_grouping(own, rival, are_both)
    differs = are_both & ~_are_same(own, rival, role)
    lacking = (_is_filled(own) & ~are_both, _is_filled(rival) & ~are_both)
    if not differs.any() and all(each.any() for each in lacking):
        return lacking[1].arg_max()
    return differs.arg_max() if differs.any() else None


def _first_other_grouping(own: pl.Series, rival: pl.Series, are_both: pl.Series) -> int | None:
    """The first row where two columns of samples group rows differently."""
    pairs = pl.DataFrame({"own": _texts(own), "rival": _texts(rival)}).filter(are_both).unique()
    is_one_to_one = pairs.height == pairs["own"].n_unique() == pairs["rival"].n_unique()
    return None if is_one_to_one or pairs.is_empty() else are_both.arg_max()


def _is_fuller(rival: pl.Series, own: pl.Series) -> bool:
    return bool((_is_filled(rival) & ~_is_filled(own)).any())


def _are_same(own: pl.Series, rival: pl.Series, role: str) -> pl.Series:
    """Whether each row says the same in both columns, in whatever unit and decimals."""
    same = _texts(own) == _texts(rival)
    if role not in NUMBERS:
        return same
    tolerance = ROUNDING_OF_MZ if role == "mz" else ROUNDING
    for decimal in ("point", "comma"):
        one, other = (parse_numbers(each, decimal=decimal) for each in (own, rival))
        for factor in _factors(own.name, rival.name, role):
            is_close = (one - other * factor).abs() <= tolerance * one.abs()
            if (same | is_close.fill_null(value=False)).sum() > same.sum():
                return same | is_close.fill_null(value=False)
    return same


def _factors(own: str, rival: str, role: str) -> list[float]:
    """By what the numbers of a rival can be multiplied to have the unit of the others."""
    if role == "volume":
        return [split_area_unit(rival)[1] / split_area_unit(own)[1]]
    if role != "rt":
        return [1.0]
    units = [split_unit(each)[1] for each in (own, rival)]
    known = [PER_MINUTE.get(unit) for unit in units]
    if known[0] and known[1]:
        return [known[0] / known[1]]
    return [1.0, *(each for unit in PER_MINUTE.values() if unit > 1 for each in (unit, 1 / unit))]


def _is_filled(cells: pl.Series) -> pl.Series:
    return (~_texts(cells).str.contains(ABSENT)).fill_null(value=False)


def _texts(cells: pl.Series) -> pl.Series:
    return cells.cast(pl.String).str.strip_chars()


def _question(table: pl.DataFrame, role: str, own: str, different: Mapping[str, int]) -> Question:
    row = min(different.values())
    shown = {
        name: str(_texts(table[name])[row] or "nothing")[:LONGEST_CELL]
        for name in (own, *different)
    }
    has = " and ".join(f"{cell} in {name!r}" for name, cell in shown.items())
    return Question(
        subject=role + COLUMN_SUFFIX,
        sentence=f"Several columns can hold the {TITLES[role]}, and they differ: row {row + 1} "
        f"has {has}.",
        answers=tuple(
            Answer(value=name, meaning=f"the {TITLES[role]} are those of {name!r}, such as {cell}")
            for name, cell in shown.items()
        ),
    )
