"""The cells of mzTab-M: numbers, texts and parameters of controlled vocabularies."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.analysis.reporting.formats.formula_escape import escape_formula

NULL = "null"
VOLUME = "[MS, MS:1001841, LC-MS feature volume, ]"
CONFIDENCE = "[, , probability that the annotation is true, ]"

Line = Sequence[str]


def number_cell(value: float | None) -> str:
    """A number with at most ten digits, or null."""
    return NULL if value is None else f"{value:.10g}"


def text_cell(value: object) -> str:
    """A text as one cell, which no spreadsheet runs as a formula; null where it is empty."""
    text = " ".join(str(value or "").split())
    return escape_formula(text) or NULL


def software_version(record: Mapping[str, Any]) -> str:
    """The version of Sialoscope that made a run, as its record says."""
    software: Mapping[str, str] = record.get("software", {})
    return software.get("sialoscope", "")
