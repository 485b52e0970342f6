"""Make ceramides of columns of numbers: carbons 36, double bonds 1 and oxygens 2 are 36:1;O2."""

from collections.abc import Collection, Sequence

import polars as pl

from app.analysis.reading.headers.columns import fold

CARBONS = frozenset(
    (
        *("carbons", "carbon", "c", "nc", "ncarbons", "ncarbon", "carbonnumber", "carbonatoms"),
        *("carboncount", "numberofcarbons", "noofcarbons", "totalcarbons", "totalcarbon", "totalc"),
        *("sumcarbons", "chainlength", "totalchainlength", "kohlenstoffe", "carbones", "碳数"),
    )
)
DOUBLE_BONDS = frozenset(
    (
        *("doublebonds", "doublebond", "db", "dbs", "ndb", "nodb", "totaldb", "sumdb", "dbcount"),
        *("doublebondcount", "numberofdoublebonds", "noofdoublebonds", "totaldoublebonds"),
        *("unsaturation", "unsaturations", "doppelbindungen", "doublesliaisons", "双键数"),
    )
)
OXYGENS = frozenset(("o", "oxygens", "oxygen", "noxygens", "numberofoxygens", "oxygenatoms"))
# Some count all hydroxyl groups of a ceramide, some those beyond its usual two.
HYDROXYLS = frozenset(("oh", "hydroxyl", "hydroxyls", "hydroxylgroups", "numberofhydroxyls"))
USUAL_HYDROXYLS = 2


def ceramides_by_number(table: pl.DataFrame) -> tuple[pl.Series, list[str]] | None:
    """The ceramide of each row, and the columns it is made of; None without such columns.

    Hydroxyls below two could be those beyond the usual two, so they make no ceramide.
    """
    columns = [_header(table.columns, known) for known in (CARBONS, DOUBLE_BONDS)]
    if not all(columns):
        return None
    oxygens = _header(table.columns, OXYGENS) or _header(table.columns, HYDROXYLS)
    columns += [oxygens] if oxygens else []
    numbers = [whole_numbers(table[name]) for name in columns]
    if any(each is None for each in numbers) or not _are_all_oxygens(oxygens, numbers[-1]):
        return None
    form = "{}:{};O{}" if oxygens else "{}:{}"
    return pl.select(pl.format(form, *numbers)).to_series(), columns


def _header(header: Sequence[str], known: Collection[str]) -> str:
    return next((name for name in header if fold(name) in known), "")


def whole_numbers(cells: pl.Series) -> pl.Series | None:
    """The cells as whole numbers, null where they are empty; None if one is something else."""
    if cells.dtype == pl.String:
        stripped = cells.str.strip_chars()
        cells = pl.select(pl.when(stripped != "").then(stripped)).to_series()
    numbers = cells.cast(pl.Float64, strict=False)
    is_whole = numbers.null_count() == cells.null_count() and (numbers == numbers.floor()).all()
    return numbers.cast(pl.Int64, strict=False) if is_whole else None


def _are_all_oxygens(header: str, numbers: pl.Series | None) -> bool:
    is_clear = not header or fold(header) in OXYGENS
    return is_clear or (numbers is not None and bool((numbers >= USUAL_HYDROXYLS).all()))
