"""The data of each event version as JSON Schema, made from the same declarations that the services dump and load by.

The schemas are open: an owner may add a field, and who listens passes over what it does not know.
"""

import json
from collections.abc import Callable, Mapping
from inspect import cleandoc
from pathlib import Path
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema

from gateway.contracts.declared import Declared

FOLDER = Path(__file__).parent / "events"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
SHARED = "#/components/schemas/"


def file_of(declared: Declared) -> Path:
    """Where the schema of an event version is committed."""
    return FOLDER / f"{declared.key}.json"


def schemas_of(declared: list[Declared]) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """The schema of each event's data by its key, and by name the shapes they share, referred to as components."""
    classes: dict[str, type[Schema]] = {}

    def name_of(schema: Any) -> str:
        kind = schema if isinstance(schema, type) else type(schema)
        name = f"{_owner_of(kind)}.{kind.__name__}"
        classes[name] = kind
        return name

    plugin = MarshmallowPlugin(schema_name_resolver=name_of)
    spec = APISpec(title="Events", version="1", openapi_version="3.1.0", plugins=[plugin])
    assert plugin.converter, "the plugin has its converter once its document is begun"
    shape_of: Callable[[Schema], dict[str, Any]] = plugin.converter.schema2jsonschema
    own = {entry.key: _opened(shape_of(entry.event.schema())) for entry in declared}
    shared = {name: _opened(shape) for name, shape in spec.to_dict()["components"]["schemas"].items()}
    for name, shape in shared.items():
        shape |= _described(classes[name].__dict__.get("__doc__"))
    return own, shared


def documents(declared: list[Declared]) -> dict[Path, str]:
    """The text of every committed schema by its file: each stands on its own, with the shapes it needs inside."""
    own, shared = schemas_of(declared)
    return {file_of(entry): _text(_standalone(entry, own[entry.key], shared)) for entry in declared}


def _standalone(declared: Declared, shape: Mapping[str, Any], shared: Mapping[str, Any]) -> dict[str, Any]:
    needed = _needed_by(shape, shared)
    made = {
        "$schema": DIALECT,
        "$id": declared.event.dataschema,
        "title": f"{declared.event.name}, version {declared.event.version}",
        **_described(declared.meaning),
        **shape,
    }
    if needed:
        made["$defs"] = {name: shared[name] for name in sorted(needed)}
    found: dict[str, Any] = json.loads(json.dumps(made).replace(SHARED, "#/$defs/"))
    return found


def _needed_by(shape: Any, shared: Mapping[str, Any]) -> set[str]:
    """The names of the shared shapes that one refers to, those of those too."""
    if isinstance(shape, Mapping):
        target = str(shape.get("$ref", "")).removeprefix(SHARED)
        found = {target} | _needed_by(shared[target], shared) if target in shared else set()
        return found.union(*(_needed_by(inner, shared) for inner in shape.values()))
    if isinstance(shape, list):
        return set().union(*(_needed_by(inner, shared) for inner in shape))
    return set()


def _opened(shape: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in shape.items() if name != "additionalProperties"}


def _described(words: str | None) -> dict[str, str]:
    return {"description": cleandoc(words)} if words else {}


def _owner_of(kind: type[Schema]) -> str:
    return kind.__module__.split(".")[1]


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
