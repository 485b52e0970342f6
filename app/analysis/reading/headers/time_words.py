"""The units of time, and what headers and lines above them say of the unit of retention times."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

MINUTES, SECONDS, MILLISECONDS, HOURS = "min", "s", "ms", "h"
PER_MINUTE = {MINUTES: 1.0, SECONDS: 60.0, MILLISECONDS: 60_000.0, HOURS: 1 / 60}
WORDS = {MINUTES: "minutes", SECONDS: "seconds", MILLISECONDS: "milliseconds", HOURS: "hours"}
# Headers are compared many times, so what was split is remembered.
KEPT_HEADERS = 16_384
# English, German, French, Spanish, Italian, Russian, Japanese, Chinese and Korean.
UNITS = {
    MINUTES: r"min|mins|minutes?|minuten|minutos?|minuti|minuto|мин|минут[аыу]?|分|分钟|分鐘|분",
    SECONDS: (
        r"s|secs?|seconds?|sek|sekunden?|secondes?|segundos?|seg|secondi|secondo"
        r"|\u0441|сек|секунд[аыу]?|秒|秒钟|秒鐘|초"
    ),
    MILLISECONDS: r"ms|msecs?|milliseconds?|millisekunden|毫秒|ミリ秒",
    HOURS: r"h|hrs?|hours?|stunden?|heures?|horas?|ч|小时|小時",
}
# Without a mark before it, a unit is told from the letters of a word by its length.
GLUED = {
    MINUTES: r"minutes|mins|min",
    SECONDS: r"seconds|secs|sec",
    MILLISECONDS: r"msecs|msec",
    HOURS: r"hours",
}
# Cells such as 10:36 say by themselves what they are.
CLOCK = re.compile(r"\s*[\[({]\s*(?:h{1,2}:)?(?:m{1,2}:s{1,2}|min:sec?)\s*[\])}]$", re.IGNORECASE)


# What a header says of its times besides that they are retention times, if they were measured.
MEASURED = frozenset(
    (
        *("observed", "obs", "measured", "meas", "actual", "experimental", "detected", "found"),
        *("average", "avg", "mean", "median", "aligned", "apex", "peak"),
    )
)
CORRECTED = frozenset(("corrected", "corr", "adjusted", "recalibrated", "calibrated", "raw"))
TIMES = (("rt",), ("tr",), ("retention", "time"), ("ret", "time"))
# The words of a header: of RT_observed, "RT (obs.)" and obsRT.
PARTS = re.compile(r"RT|[A-Z]?[a-z]+|[A-Z]+|[^\W\d_]+")


@lru_cache(KEPT_HEADERS)
def is_measured(header: str) -> bool:
    """Whether a header, such as ``RT observed (min)``, names measured retention times."""
    return _is_time(header, MEASURED)


@lru_cache(KEPT_HEADERS)
def is_corrected(header: str) -> bool:
    """Whether a header, such as ``RT corrected``, names times before or after a correction."""
    return _is_time(header, CORRECTED)


def _is_time(header: str, beside: Collection[str]) -> bool:
    """Whether a header says retention time and some of the words beside it, and nothing else."""
    words = [word.casefold() for word in PARTS.findall(split_unit(header)[0])]
    rest = [word for word in words if word not in beside]
    return len(rest) < len(words) and tuple(rest) in TIMES and not re.search(r"\d", header)


@lru_cache(KEPT_HEADERS)
def split_unit(header: str) -> tuple[str, str]:
    """A header without its unit of time, and that unit, or "" if it has none."""
    plain = CLOCK.sub("", unicodedata.normalize("NFKC", header).strip())
    for unit, words in UNITS.items():
        bracketed = rf"(.*?)[\s_.,/-]*[\[({{<]\s*(?:in\s+)?(?:{words})\.?\s*[\])}}>]"
        after_mark = rf"(.*?)(?:[\s_.,/-]+in)?[\s_.,/-]+(?:{words})\.?"
        for pattern in (bracketed, after_mark, rf"(.*?)(?:{GLUED[unit]})"):
            if found := re.fullmatch(pattern, plain, re.IGNORECASE):
                return found.group(1), unit
    return plain, ""


def unit_in_comments(lines: Iterable[Sequence[str]]) -> tuple[str, str]:
    """The unit of the retention times by the lines above the header, and the line that names it.

    Both are empty if no line names one, or lines name different ones.
    """
    texts = [" ".join(line).strip() for line in lines]
    found = {
        unit: text
        for unit, words in UNITS.items()
        for text in texts
        if re.search(_comment(words), text)
    }
    return next(iter(found.items())) if len(found) == 1 else ("", "")


def _comment(words: str) -> str:
    """The pattern of a unit that is said of all retention times, not of a tolerance or a range."""
    times = r"\b(?:rts?|retention[ _-]?times?)"
    between = r"[\s:=(\[{<-]*(?:(?:is|are|given|values?|units?)\b[\s:=(\[{<]+)*(?:in\s+)?"
    return rf"(?i){times}{between}\b(?:{words})\b(?!\s*(?:[\d:=/]|or\b|to\b))"
