"""Normalize what a table says about its rows: adduct, charge, isotope or label, and evidence.

Programs spell them in many ways. A spelling that is not known is kept as it is written, and a note
says so.
"""

from collections.abc import Callable

import polars as pl

from app.analysis.names.cells.adduct_after_name import adduct_after_name
from app.analysis.names.cells.adducts import normal_adduct, normal_charge, parse_adduct
from app.analysis.names.cells.evidence_levels import MSMS, evidence_level, fold_text, split_evidence
from app.analysis.names.cells.isotope_labels import isotope_after_name, isotope_cell, isotope_label
from app.analysis.reading.decisions import OnNote
from app.analysis.reading.headers.columns import AS_WRITTEN

EXAMPLES = 3
ABSENT = ("", "na", "null", "none", "nan", "unknown")
Convert = Callable[[str], str | None]


def normalize_descriptions(
    peaks: pl.DataFrame, names: list[str], on_note: OnNote, *, marks_doubts: bool = False
) -> pl.DataFrame:
    """The peaks, with these different names, with their adduct, charge and the like normalized.

    What a name has before it (``w/o MS2:``) or after it (``-2H``, ``M+1``) fills the columns. A
    program that ``marks_doubts`` so has MS/MS for its other names.
    """
    peaks = _evidence_before_names(peaks, names, marks_doubts=marks_doubts)
    peaks = _adducts(peaks, names, on_note)
    isotopes = _words(names, isotope_after_name)
    described = [
        role for role in (*AS_WRITTEN, "adduct") if peaks[role].null_count() < peaks.height
    ]
    if not described and not isotopes:
        return peaks
    _note_unknown_labels(peaks["isotope_label"], on_note)
    label = pl.coalesce(
        _converted(peaks, "isotope_label", isotope_label),
        _labels(peaks["adduct"]),
        _replaced("name", isotopes),
    )
    peaks = peaks.with_columns(isotope_label=label)
    return peaks.with_columns(charge=_charges(peaks), evidence=_evidence(peaks, on_note))


def _evidence_before_names(
    peaks: pl.DataFrame, names: list[str], *, marks_doubts: bool
) -> pl.DataFrame:
    """Move what stands before a name, such as ``low score:``, to its evidence."""
    levels = _words(names, _evidence_before)
    if not levels and not marks_doubts:
        return peaks
    evidence = pl.coalesce(_replaced("name", levels), "evidence")
    if marks_doubts:
        has_name = pl.col("name").is_not_null() & (pl.col("name") != "")
        evidence = pl.coalesce(evidence, pl.when(has_name).then(pl.lit(MSMS)))
    name = pl.coalesce(_replaced("name", _words(names, _name_after)), "name")
    return peaks.with_columns(evidence=evidence, name=name)


def _evidence_before(name: str) -> str | None:
    return split_evidence(name)[0]


def _name_after(name: str) -> str | None:
    level, rest = split_evidence(name)
    return rest if level else None


def _adducts(peaks: pl.DataFrame, names: list[str], on_note: OnNote) -> pl.DataFrame:
    """Adducts in their usual spelling; those of names where the table has no column of them."""
    given = peaks["adduct"].drop_nulls()
    if given.is_empty() or _is_absent(given).all():
        after = _words(names, adduct_after_name)
        return peaks.with_columns(adduct=_replaced("name", after)) if after or len(given) else peaks
    found = _converted(peaks, "adduct", normal_adduct)
    unknown = peaks.filter(found.is_null())["adduct"].drop_nulls()
    _note_unknown(unknown, "an adduct that is not known", "The text is kept.", on_note)
    is_absent = _is_absent(peaks["adduct"])
    return peaks.with_columns(adduct=pl.when(~is_absent).then(pl.coalesce(found, "adduct")))


def _charges(peaks: pl.DataFrame) -> pl.Expr:
    """The charge with its sign, such as ``2-``: that of the adduct, else as written."""
    own = _converted(peaks, "charge", normal_charge)
    return pl.coalesce(_converted(peaks, "adduct", _charge_of), own, "charge")


def _charge_of(adduct: str) -> str | None:
    parsed = parse_adduct(adduct)
    return parsed and f"{abs(parsed.charge)}{'+' if parsed.charge > 0 else '-'}"


def _labels(adducts: pl.Series) -> pl.Expr:
    """The isotopes in adducts such as ``[M3H2-H]-`` or ``[M+1-H]-``."""
    return _converted(pl.DataFrame({"adduct": adducts}), "adduct", _label_of)


def _label_of(adduct: str) -> str | None:
    parsed = parse_adduct(adduct)
    return parsed.label or None if parsed else isotope_after_name(adduct)


def _evidence(peaks: pl.DataFrame, on_note: OnNote) -> pl.Expr:
    found = _converted(peaks, "evidence", evidence_level)
    unknown = peaks.filter(found.is_null())["evidence"].drop_nulls()
    _note_unknown(unknown, "evidence of an unknown level", "It is not weighed.", on_note)
    return found


def _converted(peaks: pl.DataFrame, column: str, convert: Convert) -> pl.Expr:
    """A column of texts, each different one converted once."""
    return _replaced(column, _words(peaks[column].drop_nulls().unique().to_list(), convert))


def _words(texts: list[str], convert: Convert) -> dict[str, str]:
    """What each text is converted to, where it is."""
    return {text: word for text in texts if (word := convert(text)) is not None}


def _replaced(column: str, words: dict[str, str]) -> pl.Expr:
    """The words for the texts of a column; null for other texts."""
    if not words:  # as long as the frame: Polars filters a large frame by no literal
        return pl.when(pl.lit(value=False)).then(pl.col(column)).cast(pl.String)
    return pl.col(column).replace_strict(words, default=None, return_dtype=pl.String)


def _is_absent(texts: pl.Series) -> pl.Series:
    absent = [text for text in texts.drop_nulls().unique() if fold_text(text) in ABSENT]
    return texts.is_in(absent)


def _note_unknown_labels(labels: pl.Series, on_note: OnNote) -> None:
    texts = labels.drop_nulls()
    unknown = [text for text in texts.unique() if isotope_cell(text) is None]
    what = "an isotope or label that is not known"
    _note_unknown(texts.filter(texts.is_in(unknown)), what, "It is passed over.", on_note)


def _note_unknown(unknown: pl.Series, what: str, effect: str, on_note: OnNote) -> None:
    unknown = unknown.filter(~_is_absent(unknown))
    if unknown.is_empty():
        return
    examples = ", ".join(repr(text) for text in unknown.unique(maintain_order=True).head(EXAMPLES))
    rows = "row has" if len(unknown) == 1 else "rows have"
    on_note(f"{len(unknown):,} {rows} {what}, such as {examples}. {effect}")
