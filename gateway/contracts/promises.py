"""What was last promised, and what a change would break of it. `python -m gateway.contracts.promises` promises anew.

The promise is kept as bare shapes, without words and examples, so that only a change of the contract changes it. A new
promise that breaks the old one is refused, unless `--break` says that the breach is meant.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gateway import openapi
from gateway.contracts import event_schemas
from gateway.contracts.compatibility import Document, broken_listeners, refused_requests, surprising_answers
from gateway.contracts.declared import declared_events

FOLDER = Path(__file__).parent / "promised"
OPENAPI, EVENTS = FOLDER / "openapi.json", FOLDER / "events.json"
WORDS = {"description", "summary", "title", "tags", "example", "examples", "externalDocs"}
# Under these stand names that people chose, which may be called like any of the words.
NAMES = {"paths", "properties", "schemas", "headers", "responses", "content", "$defs"}


def bare_openapi(document: Mapping[str, Any]) -> dict[str, Any]:
    """The shapes of an OpenAPI document: all that a client can depend on."""
    components = {name: part for name, part in document["components"].items() if name != "examples"}
    return {"paths": _bare(document["paths"], named=True), "components": _bare(components)}


def bare_events() -> dict[str, Any]:
    """By its key, where each version of an event travels, for whom, and the shape of its data."""
    declared = declared_events()
    schemas = event_schemas.documents(declared)
    return {
        entry.key: {
            "exchange": entry.event.exchange,
            "routing_key": entry.event.name,
            "promised": entry.event.promised,
            "schema": _bare(json.loads(schemas[event_schemas.file_of(entry)])),
        }
        for entry in declared
    }


def promised(file: Path) -> dict[str, Any]:
    """What the file holds."""
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def broken_events(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Every way in which a listener would be let down. Events of our own may go, but while they are told they keep."""
    return [sentence for key in old for sentence in _broken_event(key, old[key], new.get(key))]


def broken_operations(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Every way in which a client of the HTTP interface would be let down."""
    found: list[str] = []
    for path, operations in old["paths"].items():
        for method, operation in operations.items():
            name = f"{method.upper()} {path}"
            now = new["paths"].get(path, {}).get(method)
            found += [f"{name} is gone"] if now is None else _Operations(old, new, name).broken(operation, now)
    return found


def _broken_event(key: str, old: Mapping[str, Any], new: Mapping[str, Any] | None) -> list[str]:
    if new is None:
        return [f"{key} is gone"] if old["promised"] else []
    found = [
        f"{key} has left its {what}" for what in ("exchange", "routing_key") if old[what] != new[what]
    ]  # fmt: skip
    if old["promised"] and not new["promised"]:
        found.append(f"{key} is no longer promised")
    return found + broken_listeners(old["schema"], new["schema"], at=key)


class _Operations:
    """One operation before and after."""

    def __init__(self, old: Mapping[str, Any], new: Mapping[str, Any], name: str) -> None:
        self._old, self._new, self._name = Document(old), Document(new), name

    def broken(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
        return [
            *self._access(old, new),
            *self._parameters(old.get("parameters", []), new.get("parameters", [])),
            *self._body(old.get("requestBody", {}), new.get("requestBody", {})),
            *self._answers(old["responses"], new["responses"]),
        ]

    def _access(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
        if old["operationId"] != new["operationId"]:
            yield f"{self._name} is no longer called {old['operationId']}"
        if new["security"] and not old["security"]:
            yield f"{self._name} newly asks for a token"
        for role in sorted(set(old.get("x-roles", ())) - set(new.get("x-roles", ()))):
            yield f"{self._name} is closed to the role {role}"

    def _parameters(self, old: list[Mapping[str, Any]], new: list[Mapping[str, Any]]) -> Iterator[str]:
        before = {(found["in"], found["name"]): found for found in old}
        after = {(found["in"], found["name"]): found for found in new}
        for place in sorted(set(before) | set(after)):
            at = f"{self._name} {place[0]} {place[1]}"
            if place not in after:
                yield f"{at} is no longer taken"
            elif after[place].get("required") and not before.get(place, {}).get("required"):
                yield f"{at} is newly required"
            elif place in before:
                yield from self._taken(before[place]["schema"], after[place]["schema"], at)

    def _body(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
        if new.get("required") and not old.get("required"):
            yield f"{self._name} newly requires a body"
        for media, content in old.get("content", {}).items():
            if media in new.get("content", {}):
                yield from self._taken(content["schema"], new["content"][media]["schema"], f"{self._name} body")
            else:
                yield f"{self._name} body is no longer taken as {media}"

    def _answers(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
        for status, answer in old.items():
            at = f"{self._name} {status}"
            if status not in new:
                yield f"{at} is gone"
                continue
            for header in sorted(set(answer.get("headers", {})) - set(new[status].get("headers", {}))):
                yield f"{at} header {header} is gone"
            for media, content in answer.get("content", {}).items():
                if media not in new[status].get("content", {}):
                    yield f"{at} is no longer given as {media}"
                    continue
                now = new[status]["content"][media]["schema"]
                yield from surprising_answers(self._old, self._new, before=content["schema"], after=now, at=at)

    def _taken(self, before: Mapping[str, Any], after: Mapping[str, Any], at: str) -> list[str]:
        return refused_requests(self._old, self._new, before=before, after=after, at=at)


def _bare(part: Any, *, named: bool = False) -> Any:
    if isinstance(part, list):
        return [_bare(inner) for inner in part]
    if not isinstance(part, Mapping):
        return part
    kept = {name: inner for name, inner in part.items() if named or name not in WORDS}
    return {name: _bare(inner, named=name in NAMES and not named) for name, inner in kept.items()}


def main() -> int:
    breaking_is_meant = "--break" in sys.argv[1:]
    now = {OPENAPI: bare_openapi(openapi.document()), EVENTS: bare_events()}
    broken: list[str] = []
    if OPENAPI.exists() and EVENTS.exists():
        broken = broken_operations(promised(OPENAPI), now[OPENAPI]) + broken_events(promised(EVENTS), now[EVENTS])
    sys.stdout.write("".join(f"breaks: {sentence}\n" for sentence in broken))
    if broken and not breaking_is_meant:
        sys.stdout.write("Nothing was written. Make a new version beside the old one, or say --break.\n")
        return 1
    FOLDER.mkdir(exist_ok=True)
    for file, shapes in now.items():
        file.write_text(json.dumps(shapes, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
        sys.stdout.write(f"{file.name}: promised\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
