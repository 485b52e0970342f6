"""Explain rows: what each rule says about each row, in sentences."""

import numpy as np
import polars as pl

from app.analysis.reporting.result import notes_as_read
from app.analysis.rules import RULES
from app.analysis.rules.prefix_verdicts import PREFIX_VERDICT_SCHEMA
from app.analysis.rules.rule import Rule
from app.analysis.state.analysis_state import AnalysisState

EXPLANATION_SCHEMA: dict[str, pl.DataType] = {
    "row": pl.UInt32(),
    "rule": pl.UInt8(),
    "verdict": pl.String(),
    "sentence": pl.String(),
}


def notes(state: AnalysisState) -> pl.DataFrame:
    """The columns that the sentences of the rules are made from, one row for each input row.

    Words are of the type Enum; ``notes_as_read`` makes texts of them. The probability of a label
    is its confidence, so that it never says more than the call: where a blank, another name of the
    class or a doubt about the whole table speaks against a label, the rest is that of none of the
    explanations.
    """
    needed = {"row", "prefix", "problem", "confidence"}.union(*map(_columns_of, RULES))
    found = state.columns(*needed).with_columns(
        gate_min=pl.lit(state.gate_min), time_scale=pl.lit(state.arrays.time_scale)
    )
    less = pl.col("p_true") - pl.col("confidence")
    return found.with_columns(p_true="confidence", p_other=pl.col("p_other") + less).drop(
        "confidence"
    )


def prefix_verdicts(state: AnalysisState) -> pl.DataFrame:
    """What rules say of whole prefixes: rule, prefix, verdict, sentence."""
    found = {rule: each[[*PREFIX_VERDICT_SCHEMA]] for rule, each in state.prefix_verdicts.items()}
    rules = np.repeat(list(found), [each.height for each in found.values()]).astype(np.uint8)
    verdicts = pl.concat([pl.DataFrame(schema=PREFIX_VERDICT_SCHEMA), *found.values()])
    return verdicts.insert_column(0, pl.Series("rule", rules))


def explanations(notes: pl.DataFrame, prefix_verdicts: pl.DataFrame) -> pl.DataFrame:
    """The sentences on some rows (``EXPLANATION_SCHEMA``), in the order of rows and rules.

    ``notes`` can be a few rows of those of an analysis, so that explaining one row is quick. They
    can be stored by an older version. A rule that was added since says nothing about them, and a
    rule whose sentence needs a newer column gives its verdict alone.
    """
    notes = notes_as_read(notes.lazy()).collect()
    judged = [rule for rule in RULES if rule.verdict in notes.columns]
    sentences = pl.concat(_sentences(rule, notes, prefix_verdicts) for rule in judged)
    ordered = sentences.drop_nulls("verdict").sort("row", maintain_order=True)
    return ordered.cast(EXPLANATION_SCHEMA)  # type: ignore[arg-type]


def _columns_of(rule: Rule) -> set[str]:
    """The columns that the sentence of a rule is made from."""
    return {rule.verdict, *([] if rule.sentence is None else rule.sentence.meta.root_names())}


def _sentences(rule: Rule, notes: pl.DataFrame, prefix_verdicts: pl.DataFrame) -> pl.DataFrame:
    own = prefix_verdicts.filter(pl.col("rule") == rule.number)
    own = own.select("prefix", of_prefix="sentence")
    notes = notes.join(own, on="prefix", how="left", maintain_order="left")
    return notes.select(
        "row",
        rule=pl.lit(rule.number, dtype=pl.UInt8),
        verdict=pl.when(pl.col("problem").is_null())
        .then(pl.col(rule.verdict))
        .otherwise(pl.lit(rule.unusable, dtype=pl.String)),
        sentence=_sentence(rule, notes.columns),
    )


def _sentence(rule: Rule, stored: list[str]) -> pl.Expr:
    """What a rule says of a row, followed by what it says of its prefix."""
    of_prefix = pl.col("of_prefix")
    if rule.sentence is None:
        return of_prefix
    if not _columns_of(rule) <= {*stored}:
        return pl.lit(None, dtype=pl.String)
    both = pl.concat_str(rule.sentence, of_prefix, separator=" ", ignore_nulls=True)
    return pl.when(rule.sentence.is_not_null()).then(both)
