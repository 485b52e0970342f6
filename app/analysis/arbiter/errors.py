"""The error of two tables that cannot be put side by side."""

from app.analysis.errors import AnalysisError


class NotOneRunError(AnalysisError):
    """The two tables are not of one run; ``str()`` is a sentence for the user."""
