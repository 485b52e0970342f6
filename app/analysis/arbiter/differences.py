"""In what two annotations on one peak differ."""

import polars as pl

from app.analysis.names.name_table import parse_names

# The kinds of difference, each with its words.
KINDS = {
    "alone": "only one has it",
    "name": "one name cannot be read",
    "class": "class",
    "O-acetyl": "O-acetyl group",
    "modification": "modification",
    "ceramide": "ceramide",
    "isomer": "isomer",
    "chains": "chains",
    "adduct": "adduct",
    "same": "none",
}
CERAMIDE = ("carbons", "double_bonds", "hydroxyls")
GLYCAN = ("core", "hex", "hexnac", "neuac", "neugc", "kdn", "dhex", "sulfo", "alpha")


def with_differences(peaks: pl.DataFrame) -> pl.DataFrame:
    """Add to peaks in what their two annotations differ: ``kind``, one of ``KINDS``.

    They have ``species``, ``molecular``, ``adduct`` and ``is_in`` of ``first`` and ``second``. A
    letter, chains or an adduct that one annotation has and the other leaves open is no difference.
    """
    both = pl.concat([peaks["species_first"], peaks["species_second"]])
    parsed = parse_names(both.drop_nulls().unique().sort().to_list())
    parts = parsed.select("oacetyl", "letter", *CERAMIDE, *GLYCAN, species="name")
    parted = peaks
    for side in ("first", "second"):
        of_side = parts.select(pl.all().name.suffix(f"__{side}"))
        parted = parted.join(
            of_side,
            left_on=f"species_{side}",
            right_on=f"species__{side}",
            how="left",
            maintain_order="left",
        )
    return peaks.with_columns(parted.select(kind=_kind()).to_series())


def _kind() -> pl.Expr:
    conditions = {
        "alone": ~(pl.col("is_in_first") & pl.col("is_in_second")),
        "name": pl.col("species_first").is_null() != pl.col("species_second").is_null(),
        "same": pl.col("species_first").is_null(),
        "class": pl.col("core__first") != pl.col("core__second"),
        "O-acetyl": pl.col("oacetyl__first") != pl.col("oacetyl__second"),
        "modification": _differ(*GLYCAN),
        "ceramide": _differ(*CERAMIDE),
        "isomer": pl.col("letter__first") != pl.col("letter__second"),
        "chains": pl.col("molecular_first") != pl.col("molecular_second"),
        "adduct": pl.col("adduct_first") != pl.col("adduct_second"),
    }
    cases = [pl.when(condition).then(pl.lit(kind)) for kind, condition in conditions.items()]
    return pl.coalesce(*cases, pl.lit("same"))


def _differ(*parts: str) -> pl.Expr:
    return pl.any_horizontal(
        pl.col(f"{part}__first").ne_missing(pl.col(f"{part}__second")) for part in parts
    )
