"""Builds an example of each request and answer of the API from its schema and from typical values.

A new operation or field gets an example by itself. Add to ``typical_values.py`` what tells a reader
more than a number or three dots. A test validates all examples.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

from app.web.openapi.typical_values import TIME, TYPICAL

Json: TypeAlias = dict[str, Any]

BY_KIND: Json = {"string": "...", "integer": 1, "number": 0.5, "boolean": False, "object": {}}


def example_of(schema: Json, types: Mapping[str, Json]) -> Any:  # noqa: ANN401 - any JSON
    """Return an example of a schema. ``types`` are the schemas that it may refer to."""
    if "oneOf" in schema:
        return example_of(schema["oneOf"][0], types)  # null is the last choice
    if "$ref" in schema:
        return _example_of_type(schema["$ref"].rpartition("/")[2], types)
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "object")
    if kind == "array":
        return [example_of(schema["items"], types)]
    return TIME if schema.get("format") == "date-time" else BY_KIND[kind]


def _example_of_type(name: str, types: Mapping[str, Json]) -> Any:  # noqa: ANN401 - any JSON
    """Return all required fields of a type, and the optional ones with a value for this type."""
    schema = types[name]
    if "properties" not in schema:
        return example_of(schema, types)
    fields = {}
    for field, kind in schema["properties"].items():
        if (own := f"{name}.{field}") in TYPICAL:
            fields[field] = TYPICAL[own]
        elif field in schema.get("required", ()):
            fields[field] = TYPICAL[field] if field in TYPICAL else example_of(kind, types)
    return fields
