"""Events: declared once by their owner, enveloped as CloudEvents 1.0, versioned side by side."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from marshmallow import EXCLUDE, Schema, ValidationError

from chassis.errors import Impossible, InvalidRequest
from chassis.schemas import is_storable, refuse_unstorable_text, schema_of

CONTENT_TYPE = "application/cloudevents+json"
# What a bigint column holds.
SEQUENCE_MAX = 2**63 - 1


@dataclass(frozen=True)
class Event:
    """A fact its owner tells. `promised` facts are for other systems too; the rest is between our own services.

    `handled` says that a service of ours listens: such an event must find a queue, or the relay holds it and alarms.
    Where the stream keeps promised events it is a queue to find; then a service whose own queue is missing says so,
    by not being ready, and what it missed is put there by `captive events replay`.
    """

    source: str
    name: str
    version: int
    schema: type[Schema]
    promised: bool = True
    handled: bool = False

    @property
    def type(self) -> str:
        return f"captive.{self.source}.{self.name}.v{self.version}"

    @property
    def exchange(self) -> str:
        return f"{self.source}.events"

    @property
    def dataschema(self) -> str:
        return f"urn:captive:event:{self.source}:{self.name}:{self.version}"

    def dump(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """The event's data as JSON. Raises ValueError when the emitting verb breaks its own contract."""
        schema = schema_of(self.schema)
        dumped: dict[str, Any] = schema.dump(data)
        wrong = schema.validate(dumped)
        if wrong:
            raise ValueError(f"{self.name} breaks its contract: {wrong}")
        return dumped

    def load(self, envelope: "Envelope") -> dict[str, Any]:
        """The data as Python values; fields added later by the owner are passed over. Raises Impossible."""
        if (envelope.type, envelope.source) != (self.type, self.source):
            # What it is instead is the sender's text, which stays out of the logs.
            raise Impossible(f"another type or source than that of {self.type}")
        try:
            refuse_unstorable_text(envelope.data)
            loaded: dict[str, Any] = schema_of(self.schema).load(envelope.data, unknown=EXCLUDE)
        except ValidationError as error:
            raise Impossible(f"{self.name} breaks its contract: {sorted(map(str, error.messages))}") from error
        except (InvalidRequest, RecursionError) as error:
            raise Impossible(f"{self.name} holds text that cannot be stored, or is too deep") from error
        return loaded


@dataclass(frozen=True)
class Envelope:
    """One event as it travels. `sequence` orders the events of one source about one subject."""

    id: UUID
    source: str
    type: str
    subject: str
    time: datetime
    sequence: int
    data: Mapping[str, Any]
    dataschema: str
    traceparent: str
    causation_id: UUID | None
    root_id: UUID

    @property
    def name(self) -> str:
        return self.type.split(".")[2]

    def to_json(self) -> str:
        """Structured-mode CloudEvents JSON; extension names are lower case without marks, as the standard demands."""
        attributes: dict[str, Any] = {
            "specversion": "1.0",
            "id": str(self.id),
            "source": f"/captive/{self.source}",
            "type": self.type,
            "subject": self.subject,
            "time": self.time.isoformat().replace("+00:00", "Z"),
            "datacontenttype": "application/json",
            "dataschema": self.dataschema,
            "traceparent": self.traceparent,
            "sequence": self.sequence,
            "rootid": str(self.root_id),
            "data": self.data,
        }
        if self.causation_id is not None:
            attributes["causationid"] = str(self.causation_id)
        return orjson.dumps(attributes).decode()


def parse(body: str | bytes) -> Envelope:
    """The envelope of a message body. Raises Impossible for anything that is not one of our events."""
    try:
        raw = json.loads(body, object_pairs_hook=_unambiguous)
        cause = raw.get("causationid")
        return Envelope(
            id=UUID(raw["id"]),
            source=_text(raw["source"]).removeprefix("/captive/"),
            type=_text(raw["type"]),
            subject=_text(raw["subject"]),
            time=_instant(raw["time"]),
            sequence=_position(raw["sequence"]),
            data=_members(raw["data"]),
            dataschema=str(raw.get("dataschema", "")),
            traceparent=str(raw.get("traceparent", "")),
            causation_id=UUID(cause) if cause else None,
            root_id=UUID(raw.get("rootid") or raw["id"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Impossible(f"not an event: {type(error).__name__}") from error


def _unambiguous(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two members of one name mean different things to different readers."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name stands twice")
    return members


def _text(value: Any) -> str:
    if not isinstance(value, str) or not is_storable(value):
        raise ValueError("no text")
    return value


def _instant(value: Any) -> datetime:
    instant = datetime.fromisoformat(value)
    if instant.tzinfo is None:
        raise ValueError("no zone")
    return instant


def _position(value: Any) -> int:
    if type(value) is not int or not 0 < value <= SEQUENCE_MAX:
        raise ValueError("no sequence")
    return value


def _members(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("no object")
    return value
