"""The summary of a job: the numbers for the job list and the top of the result page."""

from msgspec.structs import asdict

from app.analysis.reporting.result import Analysis
from workers.analysis.messages import Request


def summary_of(analysis: Analysis, request: Request) -> dict[str, object]:
    """Return the counts, the models and the warnings of an analysis, and its use of a library."""
    return {
        "rows": analysis.encoded.height,
        "counts": analysis.counts(),
        "false_discovery_rate": analysis.false_discovery_rate,
        "models": analysis.models.height,
        "warnings": [
            {"code": warning.code, "message": warning.message, "rows": list(warning.rows)}
            for warning in analysis.warnings
        ],
    } | _of_library(analysis, request)


def _of_library(analysis: Analysis, request: Request) -> dict[str, object]:
    """Return how the run used its library, with the anchors that were called true."""
    library, use = request.library, analysis.library_use
    if library is None or use is None:
        return {}
    anchors = analysis.encoded.filter("anchor")
    found = {
        "id": library.id,
        "name": library.name,
        "version": library.version,
        "anchors": anchors.height,
        "anchors_recovered": int((anchors["call"] == "true").sum()),
    }
    return {"library": found | asdict(use)}
