"""An example of every event, made from its schema, with the values of the HTTP examples so that all tell one story."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from chassis.events import Envelope, Event
from gateway.api import examples, lease_examples

HAPPENED_AT = datetime(2026, 11, 23, 15, 30, 2, tzinfo=UTC)
TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
CAUSE_ID = "0193584b-6a10-7e2f-8d3c-4b5a69788796"
# Where a schema names a shape by reference.
REFERENCE = "$ref"

KNOWN: dict[str, Any] = {
    "account_id": examples.ACCOUNT_ID,
    "payment_id": examples.PAYMENT_ID,
    "user_id": examples.USER_ID,
    "session_id": examples.SESSION_ID,
    "account_last4": "3456",
    "method_last4": examples.LAST4,
    "amount_cents": examples.TRANSACTION["amount_cents"],
    **examples.TRANSACTION["allocation"],
    "amount_due_cents": 0,
    "past_due_cents": 0,
    "payoff_ceiling_cents": examples.ACCOUNT["payoff_ceiling_cents"],
    "next_due_on": examples.ACCOUNT["next_due_on"],
    "next_instalment_number": 12,
    "payments_made": 11,
    "days_past_due": 0,
    "presentment_number": 1,
    "method_type": "bank_account",
    "reason_code": "insufficient_funds",
    "reason": "Your bank says that the account does not hold enough. Nothing was taken.",
    "return_code": "R01",
    "next_step": "We will present it once more on November 27, 2026: please have the money there by then.",
    "will_be_presented_again": True,
    "role": "borrower",
    "channel": "email",
    "template": "payment_received",
    "extra": None,
    "quote_id": examples.QUOTE_ID,
    "payoff_cents": examples.PAYOFF_QUOTE["payoff_cents"],
    "per_diem": examples.PAYOFF_QUOTE["per_diem"],
    "reasons": {option["option"]: option["reasons"] for option in lease_examples.LEASE_END["options"]},
    "extension": True,
    "buyout": False,
    "turn_in": True,
}
SUBJECTS = ("account_id", "user_id", "registration_id", "message_id")
BY_FORMAT = {
    "date": "2026-11-23",
    "date-time": "2026-11-23T15:30:00.000Z",
    "uuid": examples.EVENT_ID,
}
BY_TYPE: dict[str, Any] = {"boolean": True, "null": None, "string": "text", "number": 1}


def envelope_of(event: Event, shape: Mapping[str, Any], shared: Mapping[str, Any]) -> Envelope:
    """The event as it could travel; `shape` is the schema of its data, `shared` holds what that refers to."""
    data = sample(shape, shared)
    return Envelope(
        id=UUID(examples.EVENT_ID), source=event.source, type=event.type,
        subject=next((data[name] for name in SUBJECTS if name in data), examples.EVENT_ID),
        time=HAPPENED_AT, sequence=18, data=data, dataschema=event.dataschema, traceparent=TRACEPARENT,
        causation_id=UUID(CAUSE_ID), root_id=UUID(CAUSE_ID),
    )  # fmt: skip


def sample(shape: Mapping[str, Any], shared: Mapping[str, Any], *, name: str = "") -> Any:
    """A value that the schema allows: the known one of that name, else the simplest of its type."""
    if REFERENCE in shape:
        return sample(shared[shape[REFERENCE].rpartition("/")[2]], shared)
    if "anyOf" in shape:
        return sample(shape["anyOf"][0], shared, name=name)
    choices = shape.get("enum")
    if name in KNOWN and (choices is None or KNOWN[name] in choices) and not _is_below(KNOWN[name], shape):
        return KNOWN[name]
    return choices[0] if choices else _plain(shape, shared)


def _is_below(value: Any, shape: Mapping[str, Any]) -> bool:
    """Where an event asks for more than the story holds: who is past due is so by a day at least."""
    return isinstance(value, int) and "minimum" in shape and value < shape["minimum"]


def _plain(shape: Mapping[str, Any], shared: Mapping[str, Any]) -> Any:
    kinds = shape.get("type", "object")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    if kind == "object":
        return {name: sample(inner, shared, name=name) for name, inner in shape.get("properties", {}).items()}
    if kind == "array":
        return [sample(shape["items"], shared)]
    if kind == "integer":
        return max(shape.get("minimum", 1), 1)
    return BY_FORMAT.get(shape.get("format", ""), BY_TYPE[kind])
