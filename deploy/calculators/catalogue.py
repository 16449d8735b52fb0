"""Every calculator by its name, and the way through one: text in, checked values, rule, text out."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from marshmallow import ValidationError

from deploy.calculators import leases, loans
from deploy.calculators.fields import Input, Refused

TEXT_MAX = 1_000_000


@dataclass(frozen=True)
class Calculator:
    """What a calculator takes and the function that answers."""

    takes: type[Input]
    answer: Callable[[dict[str, Any]], dict[str, Any]]


CALCULATORS: dict[str, Calculator] = {
    "apr": Calculator(loans.AprInput, loans.apr),
    "schedule": Calculator(loans.ScheduleInput, loans.schedule),
    "interest": Calculator(loans.InterestInput, loans.interest),
    "late-fee": Calculator(loans.LateFeeInput, loans.late_fees),
    "routing-number": Calculator(loans.RoutingNumberInput, loans.routing_number),
    "lease-payment": Calculator(leases.LeasePaymentInput, leases.payment),
    "lease-balance": Calculator(leases.LeaseBalanceInput, leases.balance),
    "early-termination": Calculator(leases.EarlyTerminationInput, leases.early_termination),
    "excess-mileage": Calculator(leases.ExcessMileageInput, leases.mileage),
    "buyout": Calculator(leases.BuyoutInput, leases.purchase),
    "odometer-disclosure": Calculator(leases.OdometerInput, leases.odometer),
    "extension-disclosure": Calculator(leases.ExtensionsInput, leases.extensions),
}


def calculated(name: str, *, text: bytes) -> str:
    """The answer to one JSON object, as one JSON object. Raises Refused for what cannot be calculated with."""
    calculator = CALCULATORS[name]
    try:
        data = calculator.takes().load(_object(text))
    except ValidationError as refusal:
        raise _refused(refusal) from refusal
    assert isinstance(data, dict), "an input loads as a mapping"
    return json.dumps(calculator.answer(data), default=_plain)


def _object(text: bytes) -> dict[str, Any]:
    if len(text) > TEXT_MAX:
        raise Refused(field="input", sentence=f"It is longer than {TEXT_MAX:,} bytes.")
    try:
        found = json.loads(text.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as broken:
        raise Refused(field="input", sentence="It is not one JSON object.") from broken
    if not isinstance(found, dict):
        raise Refused(field="input", sentence="It is not one JSON object.")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise Refused(field=name[:60], sentence="It stands twice.")
        found[name] = value
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _refused(refusal: ValidationError) -> Refused:
    """The first wrong field by its path, such as `advances.0.on`."""
    path: list[str] = []
    messages: Any = refusal.messages
    while isinstance(messages, dict):
        name, messages = next(iter(messages.items()))
        path += [] if name == "_schema" else [str(name)]
    sentence = messages[0] if isinstance(messages, list) else messages
    return Refused(field=".".join(path)[:120] or "input", sentence=str(sentence))


def _plain(value: Any) -> str:
    assert isinstance(value, date), f"{type(value).__name__} has no form in JSON"
    return value.isoformat()
