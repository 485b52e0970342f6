"""The context of the page of quantities, made in a thread."""

from typing import Any

import polars as pl

from app.analysis.quantities.notes import notes
from app.analysis.quantities.species import Quantities
from app.analysis.quantities.totals import LEVELS, has_group, is_named, totals
from app.web import words
from app.web.features.quantities.bars import bars
from app.web.features.quantities.view import QuantityView
from app.web.features.results.amounts import ISOTOPES

SAMPLES_A_PAGE = 25
# Rendering more lines would hold up other requests.
MOST_LINES = 500


def quantity_context(found: Quantities, wanted: QuantityView) -> dict[str, Any]:
    """What the page shows: standards, sentences, bars, and a table of the samples on it."""
    sums = totals(found.species, wanted.by)
    samples = sums["sample"].unique().sort().to_list()
    last_page = max(1, -(-len(samples) // SAMPLES_A_PAGE))
    page = min(wanted.page, last_page)
    shown = samples[(page - 1) * SAMPLES_A_PAGE : page * SAMPLES_A_PAGE]
    lines = sums.filter(pl.col("sample").is_in(shown), is_named(wanted.only))
    return {
        **choice_context(wanted),
        "notes": notes(found),
        "entry": _entry(found, wanted),
        "standards": found.standards.head(MOST_LINES).to_dicts(),
        "lines": lines.head(MOST_LINES).to_dicts(),
        "left_out": max(0, lines.height - MOST_LINES),
        "incomplete": sums.height - sums["missing"].null_count(),
        "found_by": _found_by(found.species, wanted.only) if lines.is_empty() else [],
        "bars": bars(sums, wanted.show, shown),
        "samples": samples,
        "page": page,
        "last_page": last_page,
    }


def choice_context(wanted: QuantityView) -> dict[str, Any]:
    """The choices of the form, and what is chosen."""
    return {
        "wanted": wanted,
        "entry": "\n".join(wanted.typed),
        "levels": {level: words.LEVELS[level] for level in LEVELS},
        "shown": words.QUANTITIES,
        "isotopes": {choice: words.ISOTOPES[choice] for choice in ISOTOPES},
    }


def _found_by(species: pl.DataFrame, text: str) -> list[str]:
    """The levels that have a group with this text in its name."""
    return [level for level in LEVELS if text and has_group(species, level, text)]


def _entry(found: Quantities, wanted: QuantityView) -> str:
    """The text of the field: what was entered, and the standards that have no amount yet."""
    entered = "\n".join(wanted.typed)
    names = found.standards.filter(pl.col("pmol").is_null())["name"].unique(maintain_order=True)
    idle = [name for name in names if not any(line.startswith(name) for line in wanted.typed)]
    return "\n".join(filter(None, (entered, *(f"{name} =" for name in idle))))
