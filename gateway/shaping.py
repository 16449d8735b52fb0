"""Only what a route declares leaves the house: a reply of a service is cut to the fields of the route's schema."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields


def shaped(schema: Schema, data: Mapping[str, Any]) -> dict[str, Any]:
    """The declared fields of plain data, nested ones too. A service has dumped the values; they stay as they are."""
    found = {}
    for name, declared in schema.dump_fields.items():
        key = declared.data_key or name
        if key in data:
            found[key] = _value(declared, data[key])
    return found


def _value(declared: fields.Field[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(declared, fields.Nested):
        inner = declared.schema
        return [shaped(inner, item) for item in value] if declared.many else shaped(inner, value)
    if isinstance(declared, fields.List):
        return [_value(declared.inner, item) for item in value]
    return value
