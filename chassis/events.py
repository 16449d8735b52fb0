"""Events: declared once by their owner, enveloped as CloudEvents 1.0, versioned side by side."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from marshmallow import EXCLUDE, Schema, ValidationError

from chassis.errors import Impossible
from chassis.schemas import schema_of

CONTENT_TYPE = "application/cloudevents+json"


@dataclass(frozen=True)
class Event:
    """A fact its owner tells. `promised` facts are for other systems too; the rest is between our own services.

    `handled` says that a service of ours listens: such an event must find a queue, or the relay holds it and alarms.
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
            raise Impossible(f"{envelope.type} from {envelope.source} is not {self.type}")
        try:
            loaded: dict[str, Any] = schema_of(self.schema).load(envelope.data, unknown=EXCLUDE)
        except ValidationError as error:
            raise Impossible(f"{self.name} breaks its contract: {sorted(map(str, error.messages))}") from error
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
        return json.dumps(attributes, separators=(",", ":"))


def parse(body: str | bytes) -> Envelope:
    """The envelope of a message body. Raises Impossible for anything that is not one of our events."""
    try:
        raw = json.loads(body)
        cause = raw.get("causationid")
        return Envelope(
            id=UUID(raw["id"]),
            source=raw["source"].removeprefix("/captive/"),
            type=raw["type"],
            subject=raw["subject"],
            time=datetime.fromisoformat(raw["time"]),
            sequence=int(raw["sequence"]),
            data=dict(raw["data"]),
            dataschema=raw.get("dataschema", ""),
            traceparent=raw.get("traceparent", ""),
            causation_id=UUID(cause) if cause else None,
            root_id=UUID(raw.get("rootid") or raw["id"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Impossible(f"not an event: {type(error).__name__}") from error
