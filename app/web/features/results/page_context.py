"""The context of a result page: one page of its rows, and links to the others."""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

from app.analysis.quantities.notes import on_entered
from app.analysis.reporting.false_discoveries import HUNDREDTHS, thresholds
from app.db.jobs.contents.settings import is_arbitration
from app.db.jobs.tables import Job
from app.web import words
from app.web.features.results.address import (
    ALL_CLASSES,
    AXES,
    COLOURS,
    SIZES,
    USUAL_SIZE,
    Address,
)
from app.web.features.results.amounts import read_standards
from app.web.features.results.column_facts import column_facts
from app.web.features.results.columns import ALWAYS, COLUMNS, PROBABILITIES, USUAL_IF_USED
from app.web.features.results.downloads.job_export import file_stem
from app.web.features.results.equations import split_equations
from app.web.features.results.filters.choices import FURTHER_FIELDS, filter_choices
from app.web.features.results.filters.row_filter import RowFilter
from app.web.features.results.hand_decisions import hand_decisions
from app.web.features.results.plots.composition import composition
from app.web.features.results.probabilities import IN_DOUBT, SURE_PERCENT, rows_in_doubt
from app.web.features.results.rows import Result, call_counts
from app.web.features.results.rule_steps import rule_steps
from app.web.features.results.unconfirmed import OF_UNCONFIRMED
from app.web.http.faults.errors import QueryError
from app.web.job_view import JobView, elapsed_s, view

# Clears the filter in a link to rows that are counted in the whole table.
NO_FILTER = {field.name: "" for field in fields(RowFilter)}


def result_context(job: Job, result: Result, address: Address, row: int | None) -> dict[str, Any]:
    """The context of the page's template; with ``row`` the page that contains the row.

    Raises:
        QueryError: There is no such row.
    """
    if row is not None:
        address = _address_of_row(result, row, address)
    job_view = view(job)
    of_all = (job_view.summary or {}).get("false_discovery_rate")
    table = table_context(result, address)
    return {
        **table,
        **_thresholds(result, address.which, of_all),
        **_findings(result, job_view),
        **_plot_choices(table["prefixes"]),
        **_composition(result, address),
        "job": job_view,
        "is_arbitration": is_arbitration(job),
        "elapsed_s": elapsed_s(job),
        "file_stem": file_stem(job),
        "chosen": row,
        "no_filter": NO_FILTER,
    }


def _findings(result: Result, job: JobView) -> dict[str, Any]:
    """What the analysis says of the table as a whole."""
    models = result.models()
    return {
        "counts": call_counts(job.summary or {}),
        "ions": other_ions(result),
        "in_doubt": {"ranges": IN_DOUBT, "rows": rows_in_doubt(result.file("notes.parquet"))},
        "sure_percent": SURE_PERCENT,
        "by_hand": hand_decisions(job.overrides, job.summary or {}),
        "models": models,
        "equations": split_equations([model["equation"] for model in models]),
        "steps": rule_steps(result),
    }


def _plot_choices(prefixes: Sequence[str]) -> dict[str, Any]:
    """What can be chosen for the plots."""
    return {
        "axes": {axis: words.AXES[axis] for axis in AXES},
        "colours": {name: words.COLOURS[name] for name in COLOURS},
        "lines": words.LINES,
        "scales": words.SCALES,
        "band_choices": {ALL_CLASSES: "all classes, as lines"}
        | dict(zip(prefixes, prefixes, strict=True)),
        "plots": words.PLOTS,
        "sizes": SIZES,
        "usual_size": USUAL_SIZE,
    }


def _composition(result: Result, address: Address) -> dict[str, Any]:
    """The rows by category, without the standards that were entered, and sentences on these."""
    if address.plot.plot != "composition":
        return {"composition": None}
    entered = read_standards([address.plot.standard])
    standards = entered["standards"]
    return {
        "composition": composition(result, address.which, standards),
        "standard_errors": entered["errors"],
        "standard_notes": on_entered(result.rows(), standards),
    }


def other_ions(result: Result) -> dict[str, int]:
    """The number of rows of each kind of other ion of a species, the commonest first."""
    found = result.rows().drop_nulls("ion").group_by("ion").len()
    return dict(found.sort("len", "ion", descending=[True, False]).collect().iter_rows())


def table_context(result: Result, address: Address) -> dict[str, Any]:
    """What the table of rows shows: one page of it, and the fields that filter it."""
    total = result.count(address.which)
    address, last_page = _on_existing_page(address, total)
    facts = column_facts(result)
    choices = filter_choices(facts)
    shown = address.table.shown(facts.used & {*USUAL_IF_USED})
    rows = _rows(result, address, tuple(column.name for column in shown))
    has_shares = any(column.name == PROBABILITIES for column in shown)
    return {
        "link": address,
        "which": address.which,
        "table": address.table,
        "plot": address.plot,
        "rows": rows,
        "probabilities": result.probabilities(row["row"] for row in rows) if has_shares else {},
        "total": total,
        "last_page": last_page,
        "columns": shown,
        "all_columns": COLUMNS,
        "numbers": {shown_row["row"] for shown_row in rows},
        "choices": choices,
        "is_filtered_further": any(name in FURTHER_FIELDS for name in address.which.chosen()),
        "prefixes": choices.values["prefix"],
    }


def _thresholds(result: Result, which: RowFilter, of_all: float | None) -> dict[str, Any]:
    """What the chosen threshold does to the true rows, and what each other one would do."""
    lowest = [which.lowest_confidence() or 0.0, *HUNDREDTHS]
    chosen, *others = thresholds(result.rows(), lowest, of_all=of_all)
    return {"threshold": chosen, "thresholds": others}


def _rows(result: Result, address: Address, columns: tuple[str, ...]) -> list[dict[str, Any]]:
    table = address.table
    stored = tuple(name for name in columns if name != PROBABILITIES)
    return result.page(
        address.which,
        limit=table.size,
        offset=(table.page - 1) * table.size,
        sort=table.sort,
        columns=tuple(dict.fromkeys((*ALWAYS, *OF_UNCONFIRMED, "predicted_rt_min", *stored))),
    )


def _on_existing_page(address: Address, total: int) -> tuple[Address, int]:
    """The view on an existing page, and the number of the last page."""
    last = max(1, -(-total // address.table.size))
    table = replace(address.table, page=min(address.table.page, last))
    return replace(address, table=table), last


def _address_of_row(result: Result, row: int, address: Address) -> Address:
    """A view that contains a row; its filter is dropped if it hides the row."""
    for which in (address.which, RowFilter()):
        place = result.place(row, which, address.table.sort)
        if place is not None:
            page = place // address.table.size + 1
            return replace(address, which=which, table=replace(address.table, page=page))
    raise QueryError(f"This result has no row {row}.")
