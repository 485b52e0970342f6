"""The report of a result: one self-contained HTML file to read, print and keep."""

from base64 import b64encode
from hashlib import sha256
from typing import IO

import polars as pl
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.analysis.publication.checklist import by_section
from app.analysis.publication.paragraphs import methods, results
from app.analysis.publication.species_list import species_list
from app.analysis.quantities.files import quantities_of
from app.analysis.quantities.notes import notes
from app.analysis.reporting.formats.format import ExportFormat, Run
from app.analysis.reporting.formats.record_lines import record_lines
from app.analysis.state.calls import CALLS, assignment
from app.runtime.program_files import program_folder
from app.web.features.results.equations import split_equations
from app.web.features.results.plots.lanes import in_lanes
from app.web.features.results.plots.residual_reach import residual_reach
from app.web.features.results.plots.scatter import HOLLOW
from app.web.features.results.plots.svg import Marks, scatter
from app.web.features.results.plots.thinning import shares_of
from app.web.templating.filters import FILTERS
from app.web.words import AXES, REPORT_PLOTS

TEMPLATES = program_folder("templates")
# As many points as a printer resolves; the report says how many there are.
MOST_POINTS = 4_000
# More than a person reads; the quantities as CSV have every one.
MOST_SPECIES = 2_000

_environment = Environment(
    loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
)
_environment.filters.update(FILTERS)


def write_report(run: Run, file: IO[bytes]) -> None:
    """Write the report of a run, which must have a record."""
    if run.record is None:
        raise ValueError("A report needs the record of its run.")
    analysis, record = run.analysis, run.record
    found = quantities_of(run)
    species = species_list(found)
    text = _environment.get_template("report/report.html").render(
        record=record,
        record_lines=list(record_lines({**record, "overrides": []})),
        counts=analysis.counts(),
        false_discovery_rate=analysis.false_discovery_rate,
        total=analysis.rows.height,
        models=analysis.models.to_dicts(),
        equations=split_equations(analysis.models["equation"].to_list()),
        warnings=analysis.warnings,
        style=_style(),
        **_plots(analysis.rows),
        most_points=MOST_POINTS,
        methods=methods(run, found),
        results=results(run, found),
        quantity_notes=notes(found),
        species=species.head(MOST_SPECIES).to_dicts(),
        species_left_out=max(0, species.height - MOST_SPECIES),
        checklist=by_section(run, found),
    )
    file.write(text.encode())


def content_security_policy() -> str:
    """The policy of a report on this server: it loads nothing but its own style."""
    digest = b64encode(sha256(_style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )


def _style() -> str:
    return TEMPLATES.joinpath("report/report.css").read_text()


def _plots(rows: pl.DataFrame) -> dict[str, str]:
    reach, titles = residual_reach(rows), REPORT_PLOTS
    return {
        "retention": _plot(rows, "carbons", "rt_min", titles["retention"]),
        "residuals": _plot(rows, "rt_min", "residual_min", titles["residuals"], reach=reach),
    }


def _plot(rows: pl.DataFrame, x: str, y: str, title: str, *, reach: float | None = None) -> str:
    points = {"x": pl.col(x).cast(pl.Float64), "y": pl.col(y)}
    usable = rows.select("call", "category", **points).drop_nulls(["call", "x", "y"])
    shares = shares_of(dict(usable.group_by("call").len().iter_rows()), MOST_POINTS)
    shown = pl.concat(_some(usable, call, shares.get(call, 0)) for call in CALLS)
    if x == "carbons":  # whole numbers, which would hide each other
        shown = in_lanes(shown)[0].with_columns(x=pl.col("x") + pl.col("shift"))
    marks = [
        Marks(
            assignment(call),
            shown.filter(pl.col("call") == call).select("x", "y").rows(),
            call in HOLLOW,
        )
        for call in CALLS
    ]
    return scatter(marks, title=title, x_name=AXES[x], y_name=AXES[y], reach=reach)


def _some(rows: pl.DataFrame, call: str, share: int) -> pl.DataFrame:
    points = rows.filter(pl.col("call") == call)
    if points.height > share:
        points = points.sort("x", "y")[[place * points.height // share for place in range(share)]]
    return points


FORMAT = ExportFormat(
    name="html",
    suffix="html",
    media_type="text/html",
    write=write_report,
    needs_record=True,
    has_quantities=True,
    content="report",
)
