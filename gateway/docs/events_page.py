"""The AsyncAPI document as a page to read: no script, so nothing in it can fail or ask another host."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

PAGES = Path(__file__).parent / "pages"
KINDS = {
    "string": "text", "integer": "whole number", "number": "number", "boolean": "true or false", "object": "object",
    "null": "null",
}  # fmt: skip
FORMATS = {
    "date": "date", "date-time": "instant (RFC 3339)", "uuid": "UUID", "uri": "URI", "uri-reference": "URI reference",
}  # fmt: skip

templates = Environment(
    loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


@dataclass(frozen=True)
class Field:
    """One field of an event as a line of a table; those of an inner object carry its name in front."""

    name: str
    kind: str
    is_required: bool
    note: Markup


def events_page(document: Mapping[str, Any]) -> str:
    """The whole page."""
    shapes = document["components"]["schemas"]
    sources = [
        {
            "name": tag["name"],
            "about": prose(tag["description"]),
            "events": [
                _event(document, name, channel)
                for name, channel in document["channels"].items()
                if {"name": tag["name"]} in channel["tags"]
            ],
        }
        for tag in document["info"]["tags"]
    ]
    return templates.get_template("events.html").render(
        title=document["info"]["title"], introduction=prose(document["info"]["description"]), sources=sources,
        envelope=list(_fields(shapes["CloudEvent"], shapes)),
    )  # fmt: skip


def prose(text: str) -> Markup:
    """Paragraphs with `code` and **weight**, of Markdown just that."""
    safe = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))
    safe = re.sub(r"\*\*([^*]+)\*\*", r"<b>\1</b>", safe)
    paragraphs = [part.strip() for part in safe.split("\n\n") if part.strip()]
    return Markup("\n".join(f"<p>{part}</p>" for part in paragraphs))  # noqa: S704 - escaped above


def _event(document: Mapping[str, Any], name: str, channel: Mapping[str, Any]) -> dict[str, Any]:
    shapes, messages = document["components"]["schemas"], document["components"]["messages"]
    return {
        "channel": name,
        "name": channel["title"],
        "about": prose(channel["description"]),
        "is_promised": channel["x-promised"],
        "exchange": channel["bindings"]["amqp"]["exchange"]["name"],
        "routing_key": channel["address"],
        "versions": [
            {
                "key": key,
                "type": messages[key]["name"],
                "fields": list(_fields(shapes[key], shapes)),
                "example": json.dumps(messages[key]["examples"][0]["payload"], indent=2, ensure_ascii=False),
            }
            for key in channel["messages"]
        ],
    }


def _fields(shape: Mapping[str, Any], shapes: Mapping[str, Any], *, within: str = "") -> Iterator[Field]:
    required = set(shape.get("required", ()))
    for name, inner in shape.get("properties", {}).items():
        found = _resolved(inner, shapes)
        note = prose(found.get("description", "")) if within == "" and "$ref" not in inner else Markup("")
        yield Field(f"{within}{name}", _kind(found, shapes), name in required, note)
        yield from _fields(found, shapes, within=f"{within}{name}.")


def _kind(shape: Mapping[str, Any], shapes: Mapping[str, Any]) -> str:
    if "const" in shape:
        return f"always {shape['const']}"
    if "enum" in shape:
        choices = [str(choice) for choice in shape["enum"] if choice is not None]
        return f"one of {', '.join(choices)}{' or null' if None in shape['enum'] else ''}"
    if "anyOf" in shape:
        return " or ".join(_kind(_resolved(choice, shapes), shapes) for choice in shape["anyOf"])
    kinds = shape.get("type", "object")
    words = [FORMATS.get(shape.get("format", "")) or KINDS.get(kind, kind) for kind in _listed(kinds) if kind != "null"]
    if kinds == "array":
        words = [f"list of: {_kind(_resolved(shape['items'], shapes), shapes)}"]
    if isinstance(shape.get("additionalProperties"), Mapping):
        inner = _kind(_resolved(shape["additionalProperties"], shapes), shapes)
        words = [f"object; by name, {inner}"]
    return " or ".join([*words, *(["null"] if "null" in _listed(kinds) else [])])


def _resolved(shape: Mapping[str, Any], shapes: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = shapes[shape["$ref"].rpartition("/")[2]] if "$ref" in shape else shape
    return found


def _listed(kinds: Any) -> list[str]:
    return [kinds] if isinstance(kinds, str) else list(kinds)
