"""The errors of the settings."""


class CannotStartError(Exception):
    """Sialoscope cannot start; the text says why and what to do."""


class SettingError(CannotStartError):
    """The value of a variable or an option is not valid; the text says why."""
