"""What can be wrong with an analysis, each told in a sentence that says what to do."""


class AnalysisError(Exception):
    """The analysis cannot be made; ``str()`` is a sentence for the user."""


class PeakTableError(AnalysisError):
    """The peak table cannot be used."""


class SettingsError(AnalysisError):
    """A setting is out of its range."""
