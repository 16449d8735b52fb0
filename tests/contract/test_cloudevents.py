"""Our envelopes are CloudEvents: the official SDK reads them, loses nothing, and what it writes we read again."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from cloudevents.core.bindings import rabbitmq
from cloudevents.core.exceptions import CloudEventValidationError
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.events import CONTENT_TYPE, Envelope, parse
from gateway import asyncapi
from gateway.contracts.declared import declared_events

JSON_TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
JSON_DATA = st.dictionaries(
    JSON_TEXT,
    st.recursive(
        st.none() | st.booleans() | st.integers(-(10**12), 10**12) | JSON_TEXT,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(JSON_TEXT, inner, max_size=3),
        max_leaves=8,
    ),
    min_size=1,
    max_size=5,
)
EVENTS = [entry.event for entry in declared_events()]


@st.composite
def envelopes(draw: st.DrawFn) -> Envelope:
    event = draw(st.sampled_from(EVENTS))
    return Envelope(
        id=draw(st.uuids()), source=event.source, type=event.type, subject=str(draw(st.uuids())),
        time=draw(st.datetimes(timezones=st.just(UTC))),
        sequence=draw(st.integers(1, 2**31 - 1)), data=draw(JSON_DATA), dataschema=event.dataschema,
        traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        causation_id=draw(st.none() | st.uuids()), root_id=draw(st.uuids()),
    )  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(envelope=envelopes())
def test_the_sdk_reads_every_attribute_and_the_data(envelope: Envelope) -> None:
    read = JSONFormat().read(None, envelope.to_json())
    assert isinstance(read, CloudEvent)
    sent = json.loads(envelope.to_json())
    assert read.get_data() == sent.pop("data") == envelope.data
    attributes = dict(read.get_attributes())
    assert attributes.pop("time") == envelope.time
    sent.pop("time")
    assert attributes == sent
    assert read.get_extension("sequence") == envelope.sequence
    assert read.get_extension("rootid") == str(envelope.root_id)
    assert read.get_extension("causationid") == (str(envelope.causation_id) if envelope.causation_id else None)
    assert read.get_extension("traceparent") == envelope.traceparent


@settings(deadline=None, max_examples=60)
@given(envelope=envelopes())
def test_what_the_sdk_writes_is_the_same_event_to_us(envelope: Envelope) -> None:
    read = JSONFormat().read(None, envelope.to_json())
    assert parse(JSONFormat().write(read)) == envelope


@settings(deadline=None, max_examples=60)
@given(envelope=envelopes())
def test_the_sdk_takes_the_message_as_it_lies_on_the_broker(envelope: Envelope) -> None:
    message = rabbitmq.RabbitMQMessage(headers={}, content_type=CONTENT_TYPE, body=envelope.to_json().encode())
    read = rabbitmq.from_rabbitmq(message, JSONFormat())
    assert (read.get_id(), read.get_type(), read.get_data()) == (str(envelope.id), envelope.type, envelope.data)


@pytest.mark.parametrize("name", ["rootid", "causationid", "sequence", "traceparent"])
def test_the_names_of_our_extensions_are_ones_the_standard_allows(name: str) -> None:
    assert name in asyncapi.ATTRIBUTES["properties"]
    event = an_envelope()
    JSONFormat().read(None, event.to_json())
    with pytest.raises(CloudEventValidationError):
        JSONFormat().read(None, event.to_json().replace(f'"{name}"', f'"{name}_of_ours"'))


@pytest.mark.parametrize("name", ["id", "source", "type", "subject", "specversion", "dataschema"])
def test_the_sdk_refuses_an_envelope_with_a_broken_attribute(name: str) -> None:
    broken: dict[str, Any] = {**json.loads(an_envelope().to_json()), name: ""}
    with pytest.raises(CloudEventValidationError):
        JSONFormat().read(CloudEvent, json.dumps(broken))


def an_envelope() -> Envelope:
    event = EVENTS[0]
    return Envelope(
        id=UUID(int=1), source=event.source, type=event.type, subject="s", time=datetime(2026, 11, 23, tzinfo=UTC),
        sequence=1, data={"a": 1}, dataschema=event.dataschema, traceparent="00-1", causation_id=UUID(int=2),
        root_id=UUID(int=3),
    )  # fmt: skip
