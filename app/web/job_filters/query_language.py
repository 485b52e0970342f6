"""The typed filter of a job list, such as ``tag:brain -state:failed rows:>1000 since:2d``.

    filter = term { space term }
    term   = [ "-" ] [ field ":" ] item { "," item }
    item   = [ "<" | "<=" | ">" | ">=" ] text | number ".." number
    text   = characters without space, comma and quote | a quoted text, in which a backslash escapes

A job has to match all terms, and one item of each; "-" excludes. Items without a field are looked
for in file names.
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from app.contract.tasks import JobState
from app.db.jobs.contents.labels import LabelError, as_tag
from app.db.jobs.lists.terms import KINDS, Bound, Term
from app.db.jobs.turns.priority import Priority
from app.runtime.near_names import with_nearest
from app.web.http.faults.errors import QueryError
from app.web.job_filters.possible_terms import why_impossible

LONGEST = 1000
MOST_TERMS = 30
TEXT = r'"(?:[^"\\]|\\.)*"|[^\s,"]+'
TERM = re.compile(rf"(-?)(?:([^\W\d]\w*):)?((?:{TEXT})(?:,(?:{TEXT}))*)(?=\s|$)", re.DOTALL)
ITEM = re.compile(TEXT, re.DOTALL)
FIELD = re.compile(r"-?([^\W\d]\w*):")
AMOUNT = r"\d+(?:\.\d+)?(?:[kMG]B?|B)?"
NUMBER = re.compile(rf"(>=|<=|>|<|)({AMOUNT})|({AMOUNT})\.\.({AMOUNT})", re.IGNORECASE)
UNITS = " Units are B, kB, MB and GB: size:>10MB."
TIMES = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}
AGO = re.compile(r"(\d{1,5})(min|h|d|w)", re.IGNORECASE)
MINUTES = {"min": 1, "h": 60, "d": 24 * 60, "w": 7 * 24 * 60}
# The database counts rows and bytes in 64 bits.
LARGEST = 2**63 - 1
# What each field is for, with an example; the page lists them.
FIELDS = {
    "name": ('name:plasma or name:"brain 2"', "a text in the file name, as a text alone"),
    "tag": ("tag:brain,liver", "one of these tags"),
    "note": ("note:rerun", "a text in the note"),
    "state": ("state:failed,cancelled", f"one of {', '.join(JobState)}"),
    "priority": ("priority:high", f"one of {', '.join(Priority)}"),
    "rows": ("rows:>1000 or rows:10..20", "the number of rows of the result"),
    "true": ("true:<5", "the number of rows called true"),
    "size": ("size:>10MB", "the size of the uploaded file"),
    "since": ("since:2d or since:2026-11-25", "submitted then (UTC) or later; min, h, d, w ago"),
    "until": ("until:2w or until:2026-11-25", "submitted then (UTC) or earlier"),
    "is": ("is:kept", f"one of {', '.join(KINDS)}"),
    "batch": ("batch:" + "0" * 32, "submitted in the batch with this id"),
    "owner": ("owner:ada", "the owner's name; for lists of all users"),
    "worker": ("worker:host-a", "the worker that had it last"),
}


class FilterError(QueryError):
    """A typed filter cannot be understood; the text says what is allowed."""


def parse(text: str, *, now: datetime | None = None) -> tuple[Term, ...]:
    """Return the terms of a typed filter.

    Raises:
        FilterError: a part cannot be understood, or no job can match all of them.
    """
    if len(text) > LONGEST:
        raise FilterError(f"The filter has {len(text):,} characters; write at most {LONGEST:,}.")
    now, terms, rest = now or datetime.now(UTC), [], text.strip()
    while rest:
        minus, field, items = _first_term(rest)
        terms.append(_term(field.lower(), _texts(items), is_excluded=bool(minus), now=now))
        rest = rest[len(minus + field + items) + bool(field) :].lstrip()
    if len(terms) > MOST_TERMS:
        raise FilterError(f"The filter has {len(terms)} terms; write at most {MOST_TERMS}.")
    if why := why_impossible(terms):
        raise FilterError(why)
    return tuple(terms)


def quoted(text: str) -> str:
    """Return a text as the language writes it, in quotes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _first_term(rest: str) -> tuple[str, str, str]:
    match = TERM.match(rest)
    if match is None:
        raise FilterError(_why_not(rest))
    minus, field, items = match.groups(default="")
    if not field and (items.startswith("-") or FIELD.match(items)):
        raise FilterError(_why_not(rest))
    return minus, field, items


def _term(field: str, texts: list[str], *, is_excluded: bool, now: datetime) -> Term:
    if field in ("since", "until"):
        if len(texts) > 1:
            raise FilterError(f"{field}: write one time, such as {FIELDS[field][0]}.")
        return Term("submitted", (_moment(field, texts[0], now),), is_excluded)
    if field not in READERS:
        raise FilterError(
            f"{with_nearest(f'There is no field {field}', field, FIELDS)} "
            f"Use one of {', '.join(FIELDS)}. To look for a text with a "
            f'colon in file names, put it in quotes: "{field}:{texts[0]}".'
        )
    return Term(field or "name", tuple(READERS[field](field, text) for text in texts), is_excluded)


def _text(_: str, text: str) -> str:
    return text


def _tag(_: str, text: str) -> str:
    try:
        return as_tag(text)
    except LabelError as error:
        raise FilterError(f"tag: {error}") from None


def _word(known: Iterable[str]) -> Callable[[str, str], str]:
    words = [str(each) for each in known]

    def read(field: str, text: str) -> str:
        if text.lower() not in words:
            raise FilterError(f"{field}: there is no {text}; use one of {', '.join(words)}.")
        return text.lower()

    return read


def _number(field: str, text: str) -> tuple[Bound, ...]:
    match = NUMBER.fullmatch(text)
    if match is None:
        raise FilterError(
            f"{field}: {text} is no number; write {field}:1000, {field}:>1000, {field}:<=10k or "
            f"{field}:10..20.{UNITS if field == 'size' else ''}"
        )
    comparison, number, low, high = match.groups()
    if number:
        return (Bound(comparison or "=", _amount(field, number)),)
    bounds = (Bound(">=", _amount(field, low)), Bound("<=", _amount(field, high)))
    if bounds[0].value > bounds[1].value:  # type: ignore[operator] # both are numbers
        raise FilterError(f"{field}: {low} is more than {high}; swap the two.")
    return bounds


def _amount(field: str, text: str) -> int:
    digits = text.lower().removesuffix("b")
    unit = digits[-1] if digits[-1] in TIMES else ""
    amount = Decimal(digits.removesuffix(unit)) * TIMES[unit]
    if amount != int(amount) or amount > LARGEST:
        raise FilterError(f"{field}: {text} is no whole number that a job can have.")
    return int(amount)


def _moment(field: str, text: str, now: datetime) -> tuple[Bound, ...]:
    comparison = ">=" if field == "since" else "<="
    if match := AGO.fullmatch(text):
        return (Bound(comparison, now - _ago(match[1], match[2].lower())),)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise FilterError(
            f"{field}: {text} is no time; write a day, such as {field}:2026-11-25, or how long "
            f"ago: {field}:90min, {field}:6h, {field}:2d or {field}:2w."
        ) from None
    end = time.min if field == "since" else time.max
    return (Bound(comparison, datetime.combine(day, end, UTC)),)


def _ago(number: str, unit: str) -> timedelta:
    return timedelta(minutes=int(number) * MINUTES[unit])


def _texts(items: str) -> list[str]:
    return [
        re.sub(r"\\(.)", r"\1", item[1:-1], flags=re.DOTALL) if item.startswith('"') else item
        for item in ITEM.findall(items)
    ]


def _why_not(rest: str) -> str:
    """Why a filter cannot be read from here on, with the part that cannot."""
    part = rest.split()[0]
    if rest.count('"') % 2:
        return f'A quote is open: {rest}. Write a second ", or \\" for a quote within a text.'
    if (field := FIELD.fullmatch(part)) and field[1].lower() in FIELDS:
        example = FIELDS[field[1].lower()][0]
        return f"{field[1]}: there is nothing after the colon; write {example}, without a space."
    if part == "-":
        return "There is nothing after the -; write it before what is excluded: -state:failed."
    return f"{part} cannot be read; write a text, or a field, a colon and a value: state:failed."


READERS: dict[str, Callable[[str, str], str | tuple[Bound, ...]]] = {
    **dict.fromkeys(("", "name", "note", "batch", "owner", "worker"), _text),
    "tag": _tag,
    "state": _word(JobState),
    "priority": _word(Priority),
    "is": _word(KINDS),
    **dict.fromkeys(("rows", "true", "size"), _number),
}
