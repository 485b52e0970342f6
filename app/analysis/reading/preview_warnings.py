"""What a person should check in a table before it is analyzed."""

import polars as pl

from app.analysis.names.name_table import name_choices
from app.analysis.reading.layout.layout import Layout
from app.analysis.reading.peaks.unusable_rows import REPEATS

EXAMPLES, LONGEST_NAME = 3, 80
WITHOUT_ANCHORS = "The models then begin with the largest peak of each name."


def warnings_of(
    peaks: pl.DataFrame, names: pl.Series, parsed: pl.DataFrame, layout: Layout
) -> list[str]:
    """Sentences on what to check: names, unusable rows, repeats, anchors and Log P.

    ``names`` are those of the usable peaks, row by row, and ``parsed`` has each of them once, as
    ``parse_names`` reads it.
    """
    is_repeat = pl.col("problem").str.starts_with(REPEATS.partition("{")[0]).fill_null(value=False)
    bad = peaks.filter(pl.col("problem").is_not_null() & ~is_repeat)
    found = [_names(names, parsed), name_choices(parsed)]
    found += [_unusable(bad), _repeats(peaks.filter(is_repeat))]
    found += [_anchors(peaks, layout), _log_p(peaks)]
    return [sentence for sentence in found if sentence]


def _names(names: pl.Series, parsed: pl.DataFrame) -> str:
    odd = parsed.filter(pl.col("name_problem").is_not_null())["name"]
    count = names.is_in(odd.implode()).to_list().count(True)
    if not count:
        return ""
    examples = ", ".join(repr(name[:LONGEST_NAME]) for name in odd.head(EXAMPLES))
    return (
        f"{_rows(count, 'has', 'have')} a name that is no ganglioside's, such as {examples}. "
        "Such a row stays as invalid; a name is like GD1+OAc(36:1;O2)."
    )


def _unusable(bad: pl.DataFrame) -> str:
    if bad.is_empty():
        return ""
    kinds = bad.unique("problem", keep="first", maintain_order=True).head(EXAMPLES)
    examples = " ".join(f"Row {row}: {text}" for row, text in kinds.select("row", "problem").rows())
    cannot = _rows(bad.height, "cannot be used and stays", "cannot be used and stay")
    return f"{cannot} as invalid. {examples}"


def _repeats(again: pl.DataFrame) -> str:
    if again.is_empty():
        return ""
    return (
        f"{_rows(again.height, 'repeats', 'repeat')} an earlier peak, first row {again['row'][0]}. "
        "Each peak is counted once."
    )


def _anchors(peaks: pl.DataFrame, layout: Layout) -> str:
    if peaks["anchor"].any():
        return ""
    if "anchor" in layout.roles:
        return (
            f"No row is an anchor: no cell of {layout.roles['anchor']!r} marks one (T, yes, 1 or a "
            f"check mark). {WITHOUT_ANCHORS}"
        )
    return f"There is no column of anchors. {WITHOUT_ANCHORS}"


def _log_p(peaks: pl.DataFrame) -> str:
    missing = peaks["log_p"].null_count()
    if not missing:
        return ""
    if missing == peaks.height:
        return "There is no Log P; no assignment needs it, but the plot over Log P stays empty."
    without = _rows(missing, "has no Log P and is", "have no Log P and are")
    return f"{without} not in the plot over it; no assignment needs it."


def _rows(count: int, one: str, many: str) -> str:
    return f"1 row {one}" if count == 1 else f"{count:,} rows {many}"
