"""The terms of a filter of jobs, and the SQL condition of each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeAlias

from piccolo.columns.combination import WhereRaw

from app.db.engine.transaction import is_postgresql
from app.db.jobs.turns.priority import RANKS, Priority


class Bound(NamedTuple):
    """A comparison with a number or a time: ``<``, ``<=``, ``=``, ``>`` or ``>=``."""

    comparison: str
    value: int | datetime


# A text, or the bounds that all hold.
Value: TypeAlias = str | tuple[Bound, ...]
Sql: TypeAlias = tuple[str, list[object]]
Builder: TypeAlias = Callable[[Value], Sql]

# Numbers of a job, by the name of their field: for SQLite and PostgreSQL, null without a result.
NUMBERS = {
    "rows": ("json_extract(summary, '$.rows')", "CAST(summary ->> 'rows' AS BIGINT)"),
    "true": (
        "json_extract(summary, '$.counts.true')",
        "CAST(summary -> 'counts' ->> 'true' AS BIGINT)",
    ),
    "size": ("upload_bytes",) * 2,
}
# What a job can be, by the word after ``is:``.
KINDS = {
    "kept": "pinned",
    "tagged": "tags <> ''",
    "noted": "note <> ''",
    "retried": "attempt > 1",
    "rerun": "rerun_of IS NOT NULL AND version_of IS NULL",
    "version": "version_of IS NOT NULL",
}
# Both sides use the database's lower(), which may know only ASCII.
HAS_TEXT = "{place}(lower(COALESCE({column}, '')), lower({{}})) > 0"
IS_OF_OWNER = (
    "owner = {{}} OR owner IN (SELECT id FROM account WHERE {place}(name_key, lower({{}})) > 0)"
)


@dataclass(frozen=True)
class Term:
    """A condition on a job: one of ``values`` in a field, or none of them if ``is_excluded``."""

    field: str
    values: tuple[Value, ...]
    is_excluded: bool = False


def condition(term: Term) -> WhereRaw:
    """Return the condition of a term.

    A job without the number (a job without a result has no number of rows) matches the excluding
    term. So every job matches either a term or its exclusion.
    """
    parts = [BUILDERS[term.field](value) for value in term.values]
    sql = " OR ".join(f"({part})" for part, _ in parts)
    values = [value for _, each in parts for value in each]
    return WhereRaw(f"NOT COALESCE(({sql}), FALSE)" if term.is_excluded else f"({sql})", *values)


def _text_in(column: str) -> Builder:
    return lambda text: (HAS_TEXT.format(place=_place(), column=column), [text])


def _equals(column: str) -> Builder:
    return lambda value: (f"{column} = {{}}", [value])


def _number(name: str) -> Builder:
    return lambda bounds: _within(NUMBERS[name][is_postgresql()], bounds)


def _within(column: str, bounds: Value) -> Sql:
    all_of = [each for each in bounds if isinstance(each, Bound)]
    sql = " AND ".join(f"{column} {each.comparison} {{}}" for each in all_of)
    return sql, [each.value for each in all_of]


def _tag(tag: Value) -> Sql:
    return f"{_place()}(tags, {{}}) > 0", [f" {tag} "]


def _owner(text: Value) -> Sql:
    return IS_OF_OWNER.format(place=_place()), [text, text]


def _anything(text: Value) -> Sql:
    """A text in a list of all owners' jobs: of a file, a job, a worker or an owner."""
    parts: list[Sql] = [
        _text_in("file_name")(text),
        ("id = lower({})", [text]),
        _text_in("worker")(text),
        _owner(text),
    ]
    return " OR ".join(sql for sql, _ in parts), [value for _, each in parts for value in each]


def _place() -> str:
    return "strpos" if is_postgresql() else "instr"


BUILDERS: dict[str, Builder] = {
    "name": _text_in("file_name"),
    "note": _text_in("note"),
    "worker": _text_in("worker"),
    "batch": _equals("batch_id"),
    "tag": _tag,
    "state": _equals("state"),
    "priority": lambda word: ("priority = {}", [RANKS[Priority(str(word))]]),
    "is": lambda word: (KINDS[str(word)], []),
    "owner": _owner,
    "submitted": lambda bounds: _within("created_at", bounds),
    "anything": _anything,
    **{name: _number(name) for name in NUMBERS},
}
