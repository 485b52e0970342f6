"""How pages and the report write numbers: one format for each kind, as filters of the templates.

Exports and the API have the full numbers; these are for reading.
"""

from collections.abc import Callable, Mapping

NOTHING = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"
# From here on an amount has no decimals.
WHOLE_FROM = 100


def whole(value: int) -> str:
    """A count, such as 12,345."""
    return f"{value:,}"


def _number(form: str) -> Callable[[float | None], str]:
    def written(value: float | None) -> str:
        return NOTHING if value is None else f"{value:{form}}".replace("-", MINUS)

    return written


def amount(value: float | None) -> str:
    """A peak area or pmol: three digits are as much as it is worth, large ones have no decimals."""
    if value is None:
        return NOTHING
    return f"{value:,.0f}" if value >= WHOLE_FROM else f"{value:.3g}"


def share(part: float | None) -> str:
    """A part of 1 in percent, without the sign of percent."""
    return _number(".1f")(None if part is None else 100 * part)


def p_value(value: float | None) -> str:
    """The p of a test; one that is tiny in powers of ten."""
    return _number(".4f" if value is None or value >= 1e-4 else ".1e")(value)


# By the name of the filter. A minute is written to its thousandth, about the time of a scan.
FILTERS: Mapping[str, Callable[..., str]] = {
    "whole": whole,
    "amount": amount,
    "share": share,
    "percent": _number(".1f"),
    "small_percent": _number(".2f"),  # of species, most of which have less than 1 %
    "p_value": p_value,
    "minutes": _number(".3f"),
    "signed_minutes": _number("+.3f"),
    "deviations": _number("+.1f"),
    "probability": _number(".2f"),
    "doubt": _number(".2f"),
    "ppm": _number("+.1f"),
    "mz": _number(".4f"),
    "log_p": _number(".2f"),
    "r_squared": _number(".3f"),
    "signed": _number("+.2f"),
    "seconds": _number(".2f"),
    "tenths": _number(".1f"),
    "rounded": _number(",.0f"),
    "plain": _number("g"),
}
