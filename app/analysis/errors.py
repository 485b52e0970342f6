"""Errors of an analysis; each has a sentence that says what to do."""


class AnalysisError(Exception):
    """The analysis is not possible; ``str()`` is a sentence for the user."""


class PeakTableError(AnalysisError):
    """The peak table cannot be used."""


class SettingsError(AnalysisError):
    """A setting is out of its range."""
