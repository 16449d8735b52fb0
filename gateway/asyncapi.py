"""The events as AsyncAPI 3.0: `python -m gateway.asyncapi` writes asyncapi.json, and a JSON Schema for each version."""

import json
import sys
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from chassis.events import CONTENT_TYPE
from gateway.contracts import event_schemas, samples
from gateway.contracts.declared import OWNERS, Declared, about, declared_events

FILE = Path(__file__).parent / "asyncapi.json"
ENVELOPE = "CloudEvent"
DESCRIPTION = """\
Every fact that a service tells, as it travels on the broker: a CloudEvent 1.0 in structured mode, one JSON object.

**Listening.** The operator declares your queue and binds it to the events that you name; you read it, and acknowledge a
message when you have handled it. Nobody else sees your queue. Samples in three languages, and how to get past events
again: `gateway/examples/subscribers/` of the repository.

**Delivery** is at least once: handle an `id` once. `sequence` counts up for each pair of source and subject. Nothing is
promised about order across subjects or sources, and who listens to some events only sees gaps. It is a number, so that
10 is later than 9; the extension of this name that CloudEvents documents is text. A library that wants text converts
it.

**Versions.** Within a version a field keeps its name, type and meaning, and new optional fields may appear: pass over
what you do not know. What would break a listener becomes a new version with another `type`, told beside the old one.

**For whom.** Events marked `x-promised: true` are for everybody. The others are between our own services and may change
or go with any release.

The signed-in customer's own share of these events can also be had over HTTP, as server-sent events: `GET /v1/stream`.
"""
ATTRIBUTES: dict[str, Any] = {
    "type": "object",
    "description": "CloudEvents 1.0 with the extensions sequence, rootid, causationid and traceparent.",
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "format": "uuid", "description": "Handle each id once: a message may come again."},
        "source": {"type": "string", "format": "uri-reference", "description": "The service that tells it."},
        "type": {"type": "string", "description": "`captive.<source>.<event>.v<version>`."},
        "subject": {"type": "string", "description": "The id of what the event is about."},
        "time": {"type": "string", "format": "date-time", "description": "When it happened."},
        "datacontenttype": {"const": "application/json"},
        "dataschema": {"type": "string", "format": "uri", "description": "The `$id` of the JSON Schema of `data`."},
        "sequence": {
            "type": "integer",
            "minimum": 1,
            "description": (
                "Counts up for each pair of source and subject: of two events the higher one is later. A number (the "
                "CloudEvents type Integer), not the text of CloudEvents' documented extension of this name."
            ),
        },
        "rootid": {
            "type": "string",
            "format": "uuid",
            "description": "The id of the event at which the chain began; its own where it is the first.",
        },
        "causationid": {
            "type": "string",
            "format": "uuid",
            "description": "The id of the event that led to this one; absent where no event did.",
        },
        "traceparent": {"type": "string", "description": "W3C Trace Context of what told it; may be empty."},
        "data": {"type": "object"},
    },
    "required": [
        "specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "sequence", "rootid",
        "traceparent", "data",
    ],
}  # fmt: skip


def document(declared: Sequence[Declared] | None = None) -> dict[str, Any]:
    """The whole document as plain data."""
    entries = list(declared_events() if declared is None else declared)
    own, shared = event_schemas.schemas_of(entries)
    sources = [module.__name__.split(".")[1] for module in OWNERS]
    return {
        "asyncapi": "3.0.0",
        "id": "urn:captive:events",
        "info": {
            "title": "Captive events",
            "version": "1",
            "description": DESCRIPTION,
            "tags": [{"name": source, "description": about(source)} for source in sources],
        },
        "defaultContentType": CONTENT_TYPE,
        "servers": {"broker": _server()},
        "channels": {channel: _channel(versions) for channel, versions in _by_channel(entries).items()},
        "operations": {channel: _operation(channel, versions) for channel, versions in _by_channel(entries).items()},
        "components": {
            "messages": {entry.key: _message(entry, own[entry.key], shared) for entry in entries},
            "schemas": {ENVELOPE: ATTRIBUTES, **own, **dict(sorted(shared.items()))},
            "securitySchemes": {
                "user": {"type": "userPassword", "description": "A user of the broker who may read its own queue."}
            },
        },
    }


def _by_channel(entries: Sequence[Declared]) -> dict[str, list[Declared]]:
    ordered = sorted(entries, key=lambda entry: (entry.channel, entry.event.version))
    return {channel: list(versions) for channel, versions in groupby(ordered, key=lambda entry: entry.channel)}


def _server() -> dict[str, Any]:
    return {
        "host": "{host}",
        "protocol": "amqp",
        "protocolVersion": "0-9-1",
        "description": "The RabbitMQ of the installation.",
        "variables": {"host": {"default": "localhost:5672", "description": "Where the operator runs it."}},
        "security": [{"$ref": "#/components/securitySchemes/user"}],
    }


def _channel(versions: Sequence[Declared]) -> dict[str, Any]:
    event = versions[-1].event
    return {
        "address": event.name,
        "title": event.name,
        "description": versions[-1].meaning,
        "servers": [{"$ref": "#/servers/broker"}],
        "messages": {entry.key: {"$ref": f"#/components/messages/{entry.key}"} for entry in versions},
        "tags": [{"name": event.source}],
        "bindings": {
            "amqp": {
                "is": "routingKey",
                "exchange": {"name": event.exchange, "type": "topic", "durable": True, "autoDelete": False},
                "bindingVersion": "0.3.0",
            }
        },
        "x-promised": event.promised,
    }


def _operation(channel: str, versions: Sequence[Declared]) -> dict[str, Any]:
    event = versions[-1].event
    return {
        "action": "send",
        "title": event.name,
        "summary": f"{event.source} tells {event.name}",
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{entry.key}"} for entry in versions],
        "bindings": {"amqp": {"deliveryMode": 2, "mandatory": event.handled, "bindingVersion": "0.3.0"}},
        "x-promised": event.promised,
        "x-handled": event.handled,
    }


def _message(declared: Declared, shape: Mapping[str, Any], shared: Mapping[str, Any]) -> dict[str, Any]:
    event = declared.event
    fixed = {
        "source": {"const": f"/captive/{event.source}"},
        "type": {"const": event.type},
        "dataschema": {"const": event.dataschema},
        "data": {"$ref": f"#/components/schemas/{declared.key}"},
    }
    example = json.loads(samples.envelope_of(event, shape, shared).to_json())
    return {
        "name": event.type,
        "title": f"{event.name}, version {event.version}",
        "summary": declared.meaning.partition("\n\n")[0].replace("\n", " "),
        "contentType": CONTENT_TYPE,
        "correlationId": {"description": "The chain that it belongs to.", "location": "$message.payload#/rootid"},
        "payload": {
            "allOf": [{"$ref": f"#/components/schemas/{ENVELOPE}"}, {"type": "object", "properties": fixed}]
        },
        "bindings": {"amqp": {"contentEncoding": "utf-8", "bindingVersion": "0.3.0"}},
        "examples": [{"name": event.name, "payload": example}],
        "x-promised": event.promised,
    }  # fmt: skip


def text() -> str:
    """The committed file."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


def main() -> int:
    entries = declared_events()
    FILE.write_text(text(), encoding="utf-8")
    written = event_schemas.documents(entries)
    for stale in set(event_schemas.FOLDER.glob("*.json")) - set(written):
        stale.unlink()
    for path, schema in written.items():
        path.write_text(schema, encoding="utf-8")
    sys.stdout.write(f"{FILE.name}: {len(entries)} event versions\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
