"""Which rows cannot be used, and the sentence that says why."""

import polars as pl

from app.analysis.reading.cells import cells
from app.analysis.reading.raw_table import READ_PROBLEM

# Rows that agree in all of these are one peak.
SAME_PEAK = ("sample", "name", "rt_min", "peak_area", "adduct", "charge", "isotope_label")
# Of so few rows a set of Python is made in less time than Polars takes to start its queries.
FEW_ROWS = 5_000
# An area that is not known, unlike one that was too small or not found.
UNKNOWN = r"(?i)^\s*([-\u2013\u2014.?]*|#?n/?a|n\.\s?a\.|k\.\s?a\.|nan|null|none|nil)\s*$"
REPEATS = "This row repeats row {}; it is counted once."


def mark_problems(peaks: pl.DataFrame, table: pl.DataFrame, roles: dict[str, str]) -> pl.DataFrame:
    """Add the problem of each row that cannot be used; unusable names and numbers become null.

    A row without an area can be used. In a table of several samples it cannot, if others have one:
    then the sample has no such peak.
    """
    was_misread = (
        table[READ_PROBLEM].is_not_null() if READ_PROBLEM in table.columns else pl.lit(value=False)
    )
    is_bad = peaks.select(~_is_usable() | was_misread).to_series()
    if not is_bad.any():
        return peaks
    bad = peaks.filter(is_bad).with_columns(
        as_read=table.filter(is_bad)[READ_PROBLEM] if READ_PROBLEM in table.columns else None,
        rt=cells.text(table.filter(is_bad)[roles["rt"]]),
        area=cells.text(table.filter(is_bad)[roles["volume"]]) if "volume" in roles else pl.lit(""),
    )
    has_unknown = pl.col("area").str.contains(UNKNOWN) & pl.lit(_may_lack_areas(peaks))
    problem = pl.coalesce(
        pl.col("as_read").cast(pl.String),
        cells.name_problem(pl.col("name")),
        cells.number_problem("RT", pl.col("rt_min"), pl.col("rt")),
        pl.when(~has_unknown).then(
            cells.number_problem("Volume", pl.col("peak_area"), pl.col("area"))
        ),
    )
    return _with_problems(peaks, is_bad.arg_true(), bad.select(problem).to_series()).with_columns(
        name=_or_null(pl.col("name")),
        rt_min=pl.when(_is_usable_number("rt_min")).then("rt_min"),
        peak_area=pl.when(_is_usable_number("peak_area")).then("peak_area"),
    )


def missing_areas_note(peaks: pl.DataFrame) -> str:
    """One sentence on the rows of peaks that have no area and can be used, empty without any."""
    missing = peaks.filter(pl.col("peak_area").is_null(), pl.col("problem").is_null()).height
    if not missing:
        return ""
    rows = "One row has" if missing == 1 else f"{missing:,} rows have"
    return f"{rows} no area. Without one a row is judged too, but sums of areas lack it."


def _with_problems(peaks: pl.DataFrame, places: pl.Series, problems: pl.Series) -> pl.DataFrame:
    """The peaks with a problem at each of these places."""
    return peaks.with_columns(problem=peaks["problem"].clone().scatter(places, problems))


def mark_repeats(peaks: pl.DataFrame) -> pl.DataFrame:
    """Give each repeat of a peak a problem that names the first."""
    if peaks.height < FEW_ROWS and not _has_equal_numbers(peaks):
        return peaks
    # Hashing the two numbers alone is quick, and few rows share a hash of 32 bits.
    hashes = pl.col("rt_min").hash(1) ^ pl.col("peak_area").hash(2)
    numbers = peaks.select((hashes // (1 << 32)).cast(pl.UInt32)).to_series()
    in_order = numbers.sort(multithreaded=False)  # Polars sorts whole numbers faster so
    again = in_order.filter(in_order == in_order.shift(1)).unique()
    places = (numbers.is_in(again.implode()) & peaks["problem"].is_null()).arg_true()
    if places.is_empty():
        return peaks
    first = pl.col("row").first().over(*SAME_PEAK)
    candidates = peaks[places].select("row", first=first, place=places)
    repeats = candidates.filter(pl.col("first") != pl.col("row"))
    sentences = repeats.select(pl.format(REPEATS, "first")).to_series()
    return _with_problems(peaks, repeats["place"], sentences)


def _has_equal_numbers(peaks: pl.DataFrame) -> bool:
    """Whether two peaks have the same time and area; a row that cannot be used has no numbers."""
    times, areas = peaks["rt_min"].to_list(), peaks["peak_area"].to_list()
    return len(set(zip(times, areas, strict=True))) < peaks.height


def _may_lack_areas(peaks: pl.DataFrame) -> bool:
    """Whether an area that is missing is not known, instead of none."""
    return peaks["sample"].n_unique() <= 1 or peaks["peak_area"].null_count() == peaks.height


def _is_usable() -> pl.Expr:
    is_name = ~cells.has_name_problem(pl.col("name"))
    is_number = _is_usable_number("rt_min") & _is_usable_number("peak_area")
    return is_name & is_number.fill_null(value=False)


def _is_usable_number(name: str) -> pl.Expr:
    return pl.col(name).is_finite() & (pl.col(name) > 0)


def _or_null(text: pl.Expr) -> pl.Expr:
    return pl.when(text != "").then(text)
