"""Internal standards: their amounts as entered, and their peaks in a result."""

import math
import re
from collections.abc import Sequence

import msgspec
import polars as pl

from app.analysis.errors import AnalysisError
from app.analysis.names.cells.isotope_labels import NATURAL
from app.analysis.names.cells.sample_roles import BLANK
from app.analysis.names.grammar import SpeciesNameError, StandardNameError, parse_species
from app.analysis.names.name_text import LONGEST_NAME
from app.analysis.names.species import Species
from app.analysis.quantities.isotopes import mono_share_of_standard
from app.analysis.state.preparation.set_apart import STANDARD

MOST_STANDARDS = 100
MOST_PMOL = 1e12
EXAMPLE = "GM3(d18:1/18:0)-d3 = 50"
_ABOUT = ("name", "prefix", "classes", "pmol", "mono_share")
_ENTERED = re.compile(
    r"(?P<name>[^=].*)=\s*(?P<pmol>[^\s=]+)?\s*(?:pmol)?\s*(?:\bfor\b(?P<classes>[^=]+))?"
)
# A standard in a sample: its class and the ``classes`` that it stands for, its amount (null: not
# entered), its area, and the share of its monoisotopic ion (null: its heavy atoms are unknown).
# ``is_labelled`` is false where only the user says that it is a standard: the analysis judged it.
STANDARD_SCHEMA: dict[str, pl.DataType] = {
    "sample": pl.String(),
    "name": pl.String(),
    "prefix": pl.String(),
    "classes": pl.List(pl.String),
    "pmol": pl.Float64(),
    "area": pl.Float64(),
    "mono_share": pl.Float64(),
    "rows": pl.List(pl.UInt32),
    "is_labelled": pl.Boolean(),
}


class StandardError(AnalysisError):
    """The amount of a standard cannot be used; the text says why and what to write."""


class Standard(msgspec.Struct, frozen=True, kw_only=True):
    """A standard by its name in the table, and its amount in each sample; None if unknown.

    ``classes`` are the classes (prefixes) that it stands for; empty for that of its name.
    """

    name: str
    pmol: float | None
    classes: tuple[str, ...] = ()

    def __str__(self) -> str:
        stands_for = f" for {', '.join(self.classes)}" if self.classes else ""
        amount = "" if self.pmol is None else f" {self.pmol:g}"
        return f"{self.name} ={amount}{stands_for}"


def parse_standard(text: str) -> Standard:
    """The standard of a text such as ``GM3-d3 = 50`` or ``GM1-d3 = 50 for GM1, GD1``.

    ``GM3-d3 =`` says that it is a standard, and nothing of its amount.

    Raises:
        StandardError: the text is not of this form.
    """
    is_short = len(text) <= 2 * LONGEST_NAME
    match = _ENTERED.fullmatch(text.strip()) if is_short else None
    if not match:
        raise StandardError(
            f"{text.strip()[:LONGEST_NAME]!r} is not the amount of a standard. Write its name in "
            f"the table and the pmol in each sample, as in {EXAMPLE}, and the classes it stands "
            "for if they are not its own, as in GM1-d3 = 50 for GM1, GD1."
        )
    name = match["name"].strip()
    classes = tuple(filter(None, (each.strip() for each in (match["classes"] or "").split(","))))
    return Standard(name=name, pmol=_pmol(name, match["pmol"]), classes=classes)


def _pmol(name: str, written: str | None) -> float | None:
    if not written:
        return None
    try:
        pmol = float(written)
    except ValueError:
        pmol = math.nan
    if not 0 < pmol <= MOST_PMOL:
        raise StandardError(
            f"The amount of {name}, {written!r}, is not a number of pmol above 0. Write it with a "
            "decimal point, as in 12.5."
        )
    return pmol


def check_standards(standards: Sequence[Standard]) -> None:
    """Check that each name has one amount.

    Raises:
        StandardError: one has several, or there are too many.
    """
    names = [each.name for each in standards]
    if len(names) > MOST_STANDARDS:
        raise StandardError(f"There are {len(names)} standards; at most {MOST_STANDARDS} are read.")
    for name in names:
        if names.count(name) > 1:
            raise StandardError(f"The standard {name} has two amounts; enter it once.")


def is_standard(standards: Sequence[Standard]) -> pl.Expr:
    """Whether a row of a result is a standard: labelled, or named in ``standards``."""
    entered = [each.name for each in standards]
    is_entered = pl.col("name").str.strip_chars().is_in(entered).fill_null(value=False)
    return (is_labelled() | is_entered) & pl.col("set_apart").ne_missing(BLANK)


def is_labelled() -> pl.Expr:
    """Whether the analysis set a row of a result apart as a standard."""
    return pl.col("set_apart").eq_missing(STANDARD)


def with_standards_set_apart(rows: pl.LazyFrame, standards: Sequence[Standard]) -> pl.LazyFrame:
    """The rows with those of ``standards`` as the analysis has labelled ones: not counted."""
    is_set_apart = is_standard(standards)
    return rows.with_columns(
        call=pl.when(is_set_apart).then(pl.lit("invalid")).otherwise("call"),
        set_apart=pl.when(is_set_apart).then(pl.lit(STANDARD)).otherwise("set_apart"),
        consolidated_volume=pl.when(~is_set_apart).then("consolidated_volume"),
    )


def found_standards(rows: pl.DataFrame, standards: Sequence[Standard]) -> pl.DataFrame:
    """The standards of each sample (``STANDARD_SCHEMA``).

    A standard's area is that of its ions, each with its largest peak. Natural isotopes and peaks
    without an area are left out.
    """
    is_isotope = pl.col("isotope_label").str.starts_with(NATURAL).fill_null(value=False)
    peaks = rows.filter(is_standard(standards), ~is_isotope).drop_nulls("peak_area")
    peaks = peaks.with_columns(pl.col("name").str.strip_chars())
    ions = peaks.sort("peak_area", descending=True).unique(
        ["sample", "name", "adduct", "charge"], keep="first", maintain_order=True
    )
    found = ions.group_by("sample", "name", maintain_order=True).agg(
        area=pl.col("peak_area").sum(),
        rows=pl.col("row").sort(),
        label=pl.col("isotope_label").first(),
        is_labelled=is_labelled().all(),
    )
    about = _about_names(found.select("name", "label"), standards)
    joined = found.join(about, on="name", how="left", maintain_order="left")
    return joined.select(*STANDARD_SCHEMA).sort("name", "sample")


def _about_names(labels: pl.DataFrame, standards: Sequence[Standard]) -> pl.DataFrame:
    """What the name of each standard, its label and its entry say of it (``_ABOUT``)."""
    entered = {each.name: each for each in standards}
    names = labels.unique("name", maintain_order=True)
    return pl.DataFrame(
        [_about(name, label, entered.get(name)) for name, label in names.iter_rows()],
        schema={name: STANDARD_SCHEMA[name] for name in _ABOUT},
        orient="row",
    )


def _about(name: str, label: str | None, entered: Standard | None) -> tuple[object, ...]:
    species, label_of_name = _read_name(name)
    label = label_of_name or label or ""
    share = mono_share_of_standard(species, label) if species else None
    prefix = species.prefix if species else None
    own = (prefix,) if prefix else ()
    classes = entered.classes if entered and entered.classes else own
    return name, prefix, list(classes), entered.pmol if entered else None, share


def _read_name(name: str) -> tuple[Species | None, str]:
    try:
        return parse_species(name), ""
    except StandardNameError as error:
        return error.species, error.isotope_label
    except SpeciesNameError:
        return None, ""
