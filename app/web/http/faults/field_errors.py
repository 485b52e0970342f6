"""Says in a sentence why a field of a request cannot be used, and what can be sent instead."""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from litestar.params import ParameterKwarg
from litestar.typing import FieldDefinition
from msgspec import inspect

from app.runtime.near_names import with_nearest

# What msgspec calls a type, in words.
KINDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "a text",
    "bool": "true or false",
    "array": "a list",
    "object": "an object with named fields",
    "null": "null",
    "datetime": "a time, such as 2026-11-25T12:00:00Z",
    "date": "a day, such as 2026-11-25",
}
BOUNDS = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than"}
Kind = inspect.Type | None
STEP = re.compile(r"[^.\[\]]+|\[[^\]]*\]")


def field_sentence(fields: dict[str, FieldDefinition], error: dict[str, Any]) -> str:
    """The sentence for one of the errors that Litestar lists of a request.

    ``fields`` are the parameters of the handler by their name in Python.
    """
    key, message = error.get("key", ""), error["message"]
    is_body = error.get("source") == "body"
    field = fields.get("data" if is_body else key)
    kind = _kind_at(field, key.removeprefix("data") if is_body else "")
    name = "The body" if is_body and key == "data" else _sent_name(field, key)
    for pattern, sentence in SENTENCES:
        if found := pattern.fullmatch(message):
            return sentence(name, kind, *found.groups())
    return f"{name}: {message.rstrip('.')}."


def _sent_name(field: FieldDefinition | None, key: str) -> str:
    """The name that a client sends, which may be another one than that in Python."""
    sent = field.kwarg_definition if field else None
    if isinstance(sent, ParameterKwarg) and key == getattr(field, "name", ""):
        return sent.query or sent.header or sent.cookie or key
    return key


def _kind_at(field: FieldDefinition | None, path: str) -> Kind:
    """The type below the type of a field, as msgspec describes it; None if it is unknown."""
    if field is None:
        return None
    kind: Kind = None
    with suppress(TypeError):  # a type that msgspec cannot describe
        kind = inspect.type_info(field.annotation)
        for step in STEP.findall(path):
            kind = next(filter(None, (_inside(each, step) for each in _options(kind))), None)
    return kind


def _options(kind: Kind) -> Sequence[Kind]:
    return kind.types if isinstance(kind, inspect.UnionType) else [kind]


def _inside(kind: Kind, step: str) -> Kind:
    match kind:
        case inspect.StructType():
            return next((each.type for each in kind.fields if each.encode_name == step), None)
        case inspect.ListType():
            return kind.item_type
        case inspect.DictType():
            return kind.value_type
    return None


def _allowed(kind: Kind) -> str:
    """What can be sent: the values of a fixed list, or the names of the fields of an object."""
    names: list[Any] = []
    for each in _options(kind):
        match each:
            case inspect.EnumType():
                names += [member.value for member in each.cls]
            case inspect.LiteralType():
                names += each.values
            case inspect.StructType():
                names += [field.encode_name for field in each.fields]
    return ", ".join(str(name) for name in names)


def _wrong_kind(name: str, _: Kind, wanted: str, got: str) -> str:
    kinds = [KINDS.get(kind, kind) for kind in wanted.split(" | ")]
    return f"{name} must be {' or '.join(kinds)}, not {KINDS.get(got, got)}."


def _wrong_value(name: str, kind: Kind, value: str) -> str:
    allowed = _allowed(kind)
    return f"{name} is {value}; use one of {allowed}." if allowed else f"{name} cannot be {value}."


def _unknown_field(name: str, kind: Kind, field: str) -> str:
    allowed = _allowed(kind)
    refusal = with_nearest(f"{name} has no field {field}", field, allowed.split(", "))
    return refusal + (f" Use one of {allowed}." if allowed else "")


def _missing_field(name: str, _: Kind, field: str) -> str:
    return f"{name} lacks the field {field}. Send it too."


def _out_of_bounds(name: str, _: Kind, wanted: str, sign: str, limit: str) -> str:
    return f"{name} must be {KINDS.get(wanted, wanted)} of {BOUNDS[sign]} {limit}."


def _wrong_length(name: str, _: Kind, wanted: str, sign: str, limit: str) -> str:
    parts = "characters" if wanted == "str" else "items"
    return f"{name} must have {BOUNDS[sign]} {limit} {parts}."


Sentence = Callable[..., str]
# The messages of msgspec, each with what is said instead.
SENTENCES: list[tuple[re.Pattern[str], Sentence]] = [
    (re.compile(r"Expected `([^`]+)`, got `([^`]+)`"), _wrong_kind),
    (re.compile(r"Invalid (?:enum )?value (.+)", re.DOTALL), _wrong_value),
    (re.compile(r"Object contains unknown field `(.+)`", re.DOTALL), _unknown_field),
    (re.compile(r"Object missing required field `(.+)`"), _missing_field),
    (re.compile(r"Expected `(int|float)` ([<>]=?) (.+)"), _out_of_bounds),
    (re.compile(r"Expected `(\w+)` of length ([<>]=?) (.+)"), _wrong_length),
]
