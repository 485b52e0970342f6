"""Tell times that are no measured retention times: bounds of a peak, relative and expected ones."""

import re
from collections.abc import Sequence

from app.analysis.computing.late_pattern import LatePattern
from app.analysis.reading.headers.columns import fold, quoted_list
from app.analysis.reading.headers.description_words import DESCRIPTIONS, UNNAMED
from app.analysis.reading.headers.time_words import split_unit

# A header that speaks of time in a common language, or of retention.
TIME = LatePattern(
    r"(?i)time|zeit|temps|tps|tiempo|tempo|czas|\bčas|\baika|süre|idő|tijd|tid\b|время|時間|时间|시간"
    r"|reten|rétent|(?<![a-z])ret(?![a-z])|elu|(?<![a-z])rt(?![a-z])|(?<![a-z])tr(?![a-z])"
)
RT_BOUNDS = ("rtmin", "rtmax")
BOUNDS = frozenset(
    (
        *("start", "begin", "end", "stop", "left", "right", "from", "to", "onset", "window"),
        *("lower", "upper", "fenster", "anfang", "ende", "von", "bis", "début", "fin", "inicio"),
        *("initial", "final", "min", "max", "minimum", "maximum", *RT_BOUNDS),
        *("開始", "終了", "开始", "结束"),
    )
)
RELATIVE = frozenset(
    ("rrt", "relative", "relativ", "rel", "relatif", "relativo", "index", "kovats", "ri", "k")
)
# Words of such times that need no word of time beside them.
ALONE = BOUNDS | {"rrt", "ri", "k"}
EXPECTED = frozenset(
    (
        *("expected", "predicted", "theoretical", "calculated", "target", "library", "database"),
        *("reference", "literature", "standard", "is", "istd", "erwartet", "soll", "attendu"),
    )
)
OTHERS = frozenset(
    (
        *("width", "fwhm", "tolerance", "delta", "diff", "difference", "shift", "drift", "error"),
        *("sd", "cv", "rsd", "stdev", "dead", "void", "acquisition", "acq", "injection", "dwell"),
        *("date", "incubation", "exposure", "breite", "number", "no", "nr", "id", "dose"),
    )
)
# What describes a peak or molecule otherwise; some such words stand in headers of its time.
DESCRIBES = DESCRIPTIONS - {
    *("rt", "rts", "time", "retention", "apex", "observed", "experimental", "found", "detected")
}
# Times such as 10.36, which mean 10 minutes and 36 seconds.
CLOCK = re.compile(r"(?i)(?<![a-z])mm?\s*[.,]\s*ss?(?![a-z])")
WORDS = re.compile(r"RRT|[A-Z]?[^\W\dA-Z_]+|[A-Z]+|[^\W\d_]+")
CHOOSE = "Give the time of the maximum of each peak as the column RT."


def says_time(header: str) -> bool:
    """Whether a header, such as ``Zeit`` or ``Ret (min)``, speaks of time."""
    return bool(split_unit(header)[1] or TIME.compiled.search(header))


def can_be_retention(header: str) -> bool:
    """Whether a header names no other time or number, such as ``Start`` or ``Peak width``."""
    words = _words(header)
    other = words & (BOUNDS | RELATIVE | EXPECTED | OTHERS | DESCRIBES)
    is_described = "%" in header or any("mass" in word for word in words)
    return not (other or is_described or UNNAMED.fullmatch(header) or CLOCK.search(header))


def hint_on_times(header: Sequence[str]) -> str:
    """Why the times that a table has are no retention times; empty without such times."""
    times = [name for name in header if says_time(name) or _words(name) <= ALONE]
    kinds = (
        (BOUNDS, "the bounds of the peaks"),
        (RELATIVE, "relative to something"),
        (EXPECTED, "not measured"),
    )
    for known, what in kinds:
        found = [name for name in times if _words(name) & known]
        if found:
            return f" The times in {quoted_list(found)} are {what}. {CHOOSE}"
    clocks = [name for name in times if CLOCK.search(name)]
    if clocks:
        return f" Write the minutes and seconds in {quoted_list(clocks)} as 10:36, with RT above."
    return ""


def _words(header: str) -> set[str]:
    """The words of a header without its unit, or rtmin as a whole, which is no RT in minutes."""
    words = {word.casefold() for word in WORDS.findall(split_unit(header)[0])}
    return {fold(header)} if fold(header) in RT_BOUNDS else words or {""}
