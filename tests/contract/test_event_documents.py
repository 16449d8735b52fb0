"""The events' documents are what the declarations make, valid by the standards, complete, and true of what travels."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator
from jsonschema.exceptions import SchemaError

from chassis.events import CONTENT_TYPE, Event, parse
from deploy.catalogue import ROOT
from gateway import asyncapi
from gateway.contracts import event_schemas
from gateway.contracts.declared import OWNERS, Declared, declared_events

OFFICIAL = Path(__file__).parent / "vendor" / "asyncapi-3.0.0.schema.json"
ENTRIES = declared_events()
PROMISED = [entry for entry in ENTRIES if entry.event.promised]
each_event = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: str(entry.key))


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return asyncapi.document()


@pytest.fixture(scope="module")
def official() -> Draft7Validator:
    return Draft7Validator(json.loads(OFFICIAL.read_text()))


def committed(entry: Declared) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(event_schemas.file_of(entry).read_text())
    return found


class TestTheCommittedFiles:
    def test_asyncapi_is_what_the_declarations_make(self) -> None:
        assert asyncapi.FILE.read_text(encoding="utf-8") == asyncapi.text(), "run: python -m gateway.asyncapi"

    def test_the_schemas_are_what_the_declarations_make_and_no_other_lies_there(self) -> None:
        made = event_schemas.documents(ENTRIES)
        lying = {path: path.read_text(encoding="utf-8") for path in event_schemas.FOLDER.glob("*")}
        assert lying == made, "run: python -m gateway.asyncapi"

    def test_no_service_that_declares_events_is_left_out(self) -> None:
        declaring = {path.parts[-3] for path in (ROOT / "services").glob("*/contract/events.py")}
        assert {module.__name__.split(".")[1] for module in OWNERS} == declaring

    def test_every_event_of_every_owner_is_there(self) -> None:
        declared = {id(value) for module in OWNERS for value in vars(module).values() if isinstance(value, Event)}
        assert {id(entry.event) for entry in ENTRIES} == declared
        assert len({entry.key for entry in ENTRIES}) == len(ENTRIES) >= 15


class TestAsyncApi:
    def test_it_is_valid_by_the_official_schema(self, document: dict[str, Any], official: Draft7Validator) -> None:
        assert document["asyncapi"] == "3.0.0"
        assert [f"{list(error.path)}: {error.message[:200]}" for error in official.iter_errors(document)] == []

    @pytest.mark.parametrize(
        "path",
        [
            "operations/payments.payment_posted/action",
            "channels/payments.payment_posted/bindings/amqp/is",
            "info/title",
        ],
    )
    def test_the_official_schema_sees_a_planted_fault(
        self, path: str, document: dict[str, Any], official: Draft7Validator
    ) -> None:
        faulty = json.loads(json.dumps(document))
        *way, last = path.split("/")
        part = faulty
        for step in way:
            part = part[step]
        part[last] = {"no": "such thing"}
        assert not official.is_valid(faulty)

    def test_every_reference_leads_somewhere(self, document: dict[str, Any]) -> None:
        references = list(_references(document))
        assert len(references) > 50
        for reference in references:
            part: Any = document
            for step in reference.removeprefix("#/").split("/"):
                part = part[step]

    @each_event
    def test_the_channel_is_the_exchange_and_routing_key_of_the_event(
        self, entry: Declared, document: dict[str, Any]
    ) -> None:
        channel = document["channels"][entry.channel]
        assert channel["address"] == entry.event.name
        assert channel["bindings"]["amqp"]["exchange"]["name"] == entry.event.exchange
        assert channel["bindings"]["amqp"]["exchange"]["type"] == "topic"
        operation = document["operations"][entry.channel]
        assert operation["action"] == "send"
        assert operation["bindings"]["amqp"]["mandatory"] == entry.event.handled
        assert {"$ref": f"#/channels/{entry.channel}/messages/{entry.key}"} in operation["messages"]

    @each_event
    def test_what_is_ours_only_is_marked(self, entry: Declared, document: dict[str, Any]) -> None:
        marked = [
            document["channels"][entry.channel]["x-promised"],
            document["operations"][entry.channel]["x-promised"],
            document["components"]["messages"][entry.key]["x-promised"],
        ]
        assert marked == [entry.event.promised] * 3

    def test_some_events_are_promised_and_some_are_ours_only(self) -> None:
        assert 0 < len(PROMISED) < len(ENTRIES)
        assert "payments.payment_submitted.v1" not in {entry.key for entry in PROMISED}
        assert "payments.payment_posted.v1" in {entry.key for entry in PROMISED}

    @each_event
    def test_the_message_says_what_happened_in_its_owners_words(
        self, entry: Declared, document: dict[str, Any]
    ) -> None:
        message = document["components"]["messages"][entry.key]
        assert entry.meaning
        assert entry.meaning[0].isupper()
        assert message["summary"].endswith((".", ":"))
        assert message["contentType"] == CONTENT_TYPE

    @each_event
    def test_the_example_is_an_event_that_we_could_have_sent(self, entry: Declared, document: dict[str, Any]) -> None:
        example = document["components"]["messages"][entry.key]["examples"][0]["payload"]
        envelope = parse(json.dumps(example))
        assert json.loads(envelope.to_json()) == example
        assert set(entry.event.load(envelope)) == set(example["data"])
        assert entry.event.dump(entry.event.load(envelope)) == example["data"]

    @each_event
    def test_the_example_fits_the_payload(self, entry: Declared, document: dict[str, Any]) -> None:
        message = document["components"]["messages"][entry.key]
        payload = Draft202012Validator({**message["payload"], "components": document["components"]})
        example = message["examples"][0]["payload"]
        assert [error.message for error in payload.iter_errors(example)] == []
        assert not payload.is_valid({**example, "type": "captive.payments.another.v1"})
        assert not payload.is_valid({name: value for name, value in example.items() if name != "sequence"})

    def test_the_envelope_lists_every_attribute_that_travels(self, document: dict[str, Any]) -> None:
        shape = document["components"]["schemas"]["CloudEvent"]
        travelling = set(document["components"]["messages"]["payments.payment_posted.v1"]["examples"][0]["payload"])
        assert set(shape["properties"]) == travelling
        assert set(shape["required"]) == travelling - {"causationid"}


class TestJsonSchemas:
    @each_event
    def test_each_is_valid_by_its_dialect(self, entry: Declared) -> None:
        schema = committed(entry)
        assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
        Draft202012Validator.check_schema(schema)

    def test_the_check_of_the_dialect_sees_a_planted_fault(self) -> None:
        with pytest.raises(SchemaError):
            Draft202012Validator.check_schema({**committed(ENTRIES[0]), "type": "objekt"})

    @each_event
    def test_its_name_is_the_one_that_events_carry(self, entry: Declared) -> None:
        assert committed(entry)["$id"] == entry.event.dataschema

    @each_event
    def test_each_stands_on_its_own(self, entry: Declared) -> None:
        schema = committed(entry)
        assert all(reference.removeprefix("#/$defs/") in schema["$defs"] for reference in _references(schema))

    @each_event
    def test_it_takes_what_is_told_and_refuses_what_is_not(self, entry: Declared, document: dict[str, Any]) -> None:
        validator = Draft202012Validator(committed(entry))
        data = document["components"]["messages"][entry.key]["examples"][0]["payload"]["data"]
        assert [error.message for error in validator.iter_errors(data)] == []
        assert validator.is_valid({**data, "told_by_a_later_release": 1})
        for name in data:
            assert not validator.is_valid({**data, name: [["of another type"]]}), name
            without = {other: value for other, value in data.items() if other != name}
            assert validator.is_valid(without) is (name not in committed(entry)["required"]), name

    @each_event
    def test_a_listener_of_ours_passes_over_what_a_later_release_adds_at_any_depth(
        self, entry: Declared, document: dict[str, Any]
    ) -> None:
        example = document["components"]["messages"][entry.key]["examples"][0]["payload"]
        grown = {**example, "data": _grown(example["data"], committed(entry), committed(entry))}
        assert set(entry.event.load(parse(json.dumps(grown)))) == set(example["data"])


def _grown(value: Any, shape: dict[str, Any], root: dict[str, Any]) -> Any:
    """The value with an unknown field in every object whose fields the schema lists."""
    if "$ref" in shape:
        return _grown(value, root["$defs"][shape["$ref"].rpartition("/")[2]], root)
    if isinstance(value, list):
        return [_grown(inner, shape.get("items", {}), root) for inner in value]
    if not isinstance(value, dict):
        return value
    inner_shapes = shape.get("properties", {})
    rest = shape.get("additionalProperties") or {}
    found = {name: _grown(inner, inner_shapes.get(name, rest), root) for name, inner in value.items()}
    return {**found, "told_by_a_later_release": 1} if inner_shapes else found


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for inner in part.values():
            yield from _references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _references(inner)
