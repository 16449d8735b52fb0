"""The HTTP contract as TypeScript types: `python -m gateway.contracts.typescript` writes examples/captive.d.ts."""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from chassis.schemas import CENTS_MAX
from gateway import openapi

FILE = Path(__file__).parents[1] / "examples" / "captive.d.ts"
HEAD = """\
// Made from openapi.json by `python -m gateway.contracts.typescript`; changes belong there.
//
// An answer may hold more than is listed, and an enumeration of an answer may grow: pass over what you do not know.

/** A problem document with the codes that an operation is known to answer with. */
export type Refused<Status extends number, Code extends string> = Problem & { status: Status; code: Code };

/** The same where money may move: it always says whether it did. */
export type RefusedMoney<Status extends number, Code extends string> = Refused<Status, Code> & {
  money_moved: "no" | "yes" | "unknown";
};
"""
ABOUT_OPERATIONS = "Every operation: what it takes, and by status what it answers."
PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
BOUNDS = {"minimum": "at least", "maximum": "at most", "maxLength": "longest"}
BOUND_WORTH_TELLING = CENTS_MAX
PLACES = {"path": "path", "query": "query", "header": "headers"}

_identifier = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")


def text(document: Mapping[str, Any]) -> str:
    """The whole file: an interface for every shape, and one that lists every operation by its name."""
    shapes = "\n".join(_shape(name, shape) for name, shape in sorted(document["components"]["schemas"].items()))
    return f"{HEAD}\n{shapes}\n{_operations(document)}"


def type_of(shape: Mapping[str, Any], *, indent: str = "") -> str:
    """A JSON Schema as a TypeScript type."""
    if "$ref" in shape:
        return str(shape["$ref"].rpartition("/")[2])
    if "allOf" in shape:
        return " & ".join(type_of(part, indent=indent) for part in shape["allOf"])
    if "anyOf" in shape:
        return " | ".join(type_of(part, indent=indent) for part in shape["anyOf"])
    if "const" in shape:
        return json.dumps(shape["const"])
    if "enum" in shape:
        return " | ".join(json.dumps(choice) for choice in shape["enum"])
    kinds = shape.get("type", "unknown")
    names = [kinds] if isinstance(kinds, str) else kinds
    return " | ".join(_of_kind(kind, shape, indent) for kind in names)


def _of_kind(kind: str, shape: Mapping[str, Any], indent: str) -> str:
    if kind == "array":
        inner = type_of(shape.get("items", {}), indent=indent)
        return f"({inner})[]" if " " in inner else f"{inner}[]"
    if kind == "object" and "properties" in shape:
        return "{\n" + "".join(_members(shape, f"{indent}  ")) + f"{indent}}}"
    if kind == "object":
        rest = shape.get("additionalProperties")
        return f"Record<string, {type_of(rest, indent=indent) if rest else 'unknown'}>"
    return PLAIN.get(kind, "unknown")


def _shape(name: str, shape: Mapping[str, Any]) -> str:
    return f"{_comment(shape.get('description'), '')}export interface {name} {type_of(shape)}\n"


def _members(shape: Mapping[str, Any], indent: str) -> Iterator[str]:
    required = shape.get("required", ())
    for name, inner in shape["properties"].items():
        mark = "" if name in required else "?"
        yield _comment(_words(inner), indent)
        yield f"{indent}{_named(name)}{mark}: {type_of(inner, indent=indent)};\n"


def _words(shape: Mapping[str, Any]) -> str:
    """What a type cannot say: the format, and the bounds that somebody could meet."""
    bounds = [
        f"{word} {shape[key]}" for key, word in BOUNDS.items() if key in shape and abs(shape[key]) < BOUND_WORTH_TELLING
    ]
    return "; ".join(
        part for part in (shape.get("description", ""), shape.get("format", ""), ", ".join(bounds)) if part
    )


def _operations(document: Mapping[str, Any]) -> str:
    listed = sorted(
        (operation["operationId"], method, path, operation)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    )
    body = "".join(
        f"{_comment(operation['summary'], '  ')}  {name}: {_operation(method, path, operation)};\n"
        for name, method, path, operation in listed
    )
    return f"{_comment(ABOUT_OPERATIONS, '')}export interface Operations {{\n{body}}}\n"


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> str:
    lines = [f"method: {json.dumps(method.upper())};", f"url: {json.dumps(path)};"]
    for place, group in PLACES.items():
        found = [parameter for parameter in operation.get("parameters", ()) if parameter["in"] == place]
        if found:
            shape = {
                "type": "object",
                "properties": {
                    parameter["name"]: {**parameter["schema"], "description": parameter.get("description", "")}
                    for parameter in found
                },
                "required": [parameter["name"] for parameter in found if parameter.get("required")],
            }
            mark = "" if shape["required"] else "?"
            lines.append(f"{group}{mark}: {type_of(shape, indent='    ')};")
    bodies = [
        type_of(content["schema"], indent="    ")
        for content in operation.get("requestBody", {}).get("content", {}).values()
    ]
    if bodies:
        lines.append(f"body: {' | '.join(dict.fromkeys(bodies))};")
    lines.append(f"answers: {_answers(operation['responses'])};")
    return "{\n" + "".join(f"    {line}\n" for line in lines) + "  }"


def _answers(responses: Mapping[str, Any]) -> str:
    lines = []
    for status, answer in sorted(responses.items()):
        shapes = [content["schema"] for content in answer.get("content", {}).values()]
        kinds = [_refused(status, shape) or type_of(shape, indent="      ") for shape in shapes]
        lines.append(f"      {status}: {' | '.join(dict.fromkeys(kinds)) or 'undefined'};\n")
    return "{\n" + "".join(lines) + "    }"


def _refused(status: str, shape: Mapping[str, Any]) -> str | None:
    """A problem document with its codes; None for any other shape."""
    if "allOf" not in shape or not shape["allOf"][0].get("$ref", "").endswith("/Problem"):
        return None
    narrowed = shape["allOf"][1]
    name = "RefusedMoney" if "money_moved" in narrowed.get("required", ()) else "Refused"
    return f"{name}<{status}, {type_of(narrowed['properties']['code'])}>"


def _named(name: str) -> str:
    return name if _identifier.fullmatch(name) else json.dumps(name)


def _comment(words: str | None, indent: str) -> str:
    if not words:
        return ""
    lines = words.replace("*/", "* /").splitlines()
    if len(lines) == 1:
        return f"{indent}/** {lines[0]} */\n"
    inside = "".join(f"{indent} * {line}".rstrip() + "\n" for line in lines)
    return f"{indent}/**\n{inside}{indent} */\n"


def main() -> int:
    FILE.write_text(text(openapi.document()), encoding="utf-8")
    sys.stdout.write(f"{FILE.name}: written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
