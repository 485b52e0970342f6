"""The part of the API that programs depend on, short enough to read: ``docs/openapi-v1.json``.

``python -m tests.api_surface`` writes the file; run it only for a release.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

RELEASED = Path(__file__).parent.parent / "docs" / "openapi-v1.json"

Json: TypeAlias = dict[str, Any]


def described() -> Json:
    """The current description of the API."""
    from app.main import create_app
    from app.settings import Settings
    from app.web.openapi.description import description_of

    with TemporaryDirectory() as folder:
        whole = {"SIALOSCOPE_DATA": folder, "SIALOSCOPE_ACCOUNTS": "true"}
        return description_of(create_app(Settings.from_environment(whole)))


def surface(schema: Json) -> Json:
    """The operations with their parameters, bodies and answers, and the fields of the types."""
    return {
        "operations": {
            operation["operationId"]: _operation(method, path, operation)
            for path, item in sorted(schema["paths"].items())
            for method, operation in item.items()
        },
        "types": {
            name: {
                "fields": sorted(kind.get("properties", {})),
                "required": sorted(kind.get("required", [])),
            }
            for name, kind in sorted(schema["components"]["schemas"].items())
        },
    }


def breaks(released: Json, now: Json) -> list[str]:
    """The changes that would break a program written for the released description."""
    return [*_broken_operations(released, now), *_broken_types(released, now)]


def _broken_operations(released: Json, now: Json) -> Iterator[str]:
    for name, before in released["operations"].items():
        after = now["operations"].get(name)
        if after is None:
            yield f"{name} is gone."
            continue
        for what in ("route", "body", "answers"):
            if before[what] != after[what]:
                yield f"{name} has another {what}: {after[what]}, not {before[what]}."
        for gone in set(before["parameters"]) - set(after["parameters"]):
            yield f"{name} does not take {gone} any more."
        for needed in set(after["required"]) - set(before["required"]):
            yield f"{name} needs {needed} now."


def _broken_types(released: Json, now: Json) -> Iterator[str]:
    sent = {each["body"] for each in now["operations"].values() if each["body"]}
    for name, before in released["types"].items():
        after = now["types"].get(name)
        if after is None:
            yield f"The type {name} is gone."
            continue
        for gone in set(before["fields"]) - set(after["fields"]):
            yield f"{name} has no {gone} any more."
        was_needed, is_needed = set(before["required"]), set(after["required"])
        if name in sent and is_needed - was_needed:
            yield f"{name} needs {', '.join(sorted(is_needed - was_needed))} now."
        if name not in sent and was_needed - is_needed:
            yield f"{name} may lack {', '.join(sorted(was_needed - is_needed))} now."


def _operation(method: str, path: str, operation: Json) -> Json:
    parameters = operation.get("parameters", [])
    success, answer = min(operation["responses"].items())
    return {
        "route": f"{method.upper()} {path}",
        "parameters": sorted(each["name"] for each in parameters),
        "required": sorted(each["name"] for each in parameters if each["required"]),
        "body": _type(operation.get("requestBody", {})),
        "answers": f"{success} {_type(answer) or ''}".strip(),
    }


def _type(content: Json) -> str | None:
    """The name of the type of a body, or its media types where it has none."""
    kinds = content.get("content", {})
    names = [kind["schema"].get("$ref", "").rpartition("/")[2] for kind in kinds.values()]
    return next((name for name in names if name), ", ".join(sorted(kinds))) or None


if __name__ == "__main__":
    RELEASED.write_text(json.dumps(surface(described()), indent=1) + "\n")
