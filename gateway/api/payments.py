"""Payments: pay, and see what became of it."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from chassis.context import CUSTOMER
from chassis.errors import DependencyDown, Refusal
from gateway.admission import Rank
from gateway.api import examples
from gateway.routing import HttpCall, Reply, route
from gateway.schemas import Page, SubmitPayment
from services.payments.contract import schemas as payments

WAIT_SECONDS_MAX = 5
FIRST_LOOK_SECONDS, LOOK_SECONDS_MAX = 0.05, 0.5
UNDER_WAY = "submitting"

_wait = re.compile(r"(?:^|,)\s*wait\s*=\s*(\d{1,4})\s*(?:[,;]|$)")


@route(
    "POST", "/v1/accounts/{account_id}/payments", operation="submitPayment", rank=Rank.FIRST,
    status=201, tags=("payments",),
    who=(CUSTOMER,), idempotent=True, moves_money=True, takes=SubmitPayment, gives=payments.Payment,
    reads=("Prefer",), replies=("Location", "Preference-Applied"), summary="Pay on an account",
    sends={"amount_cents": 41235, "payment_method_id": examples.METHOD_ID}, example=examples.PAYMENT,
    errors=(
        "card_number_refused", "amount_too_small", "amount_too_large", "account_takes_no_payments", "card_expired",
        "payoff_quote_not_good", "payment_method_disabled", "instalment_already_covered", "payment_date_not_possible",
        "cards_not_accepted", "card_fee_not_agreed",
    ),
)  # fmt: skip
def submit_payment(call: HttpCall) -> Reply:
    """Answers as soon as the payment is on record, or with `Prefer: wait=N` (at most 5 s) with its outcome.

    A payment made after the cut-off, or on a day that is no business day, counts from the next business day, and says
    so. Where a card costs a fee (payment-options says how much), it is charged only as `card_fee_cents` agrees to it.

    A request that failed or timed out is repeated with the same Idempotency-Key: the money is taken at most once, and
    the answer is the payment as it stands now, not as it stood when the first answer was stored.
    """
    answer = call.ask("payments", "submit_payment", account_id=call.path["account_id"], **call.body)
    headers = {"Location": f"/v1/payments/{answer.data['id']}"}
    seconds = wished_wait_seconds(call.headers.get("Prefer", ""))
    if seconds is None:
        payment = _as_it_stands(call, answer.data) if answer.replayed else answer.data
        return Reply(payment, replayed=answer.replayed, headers=headers)
    outcome = _wait_for_outcome(call, answer.data, seconds=seconds)
    return Reply(outcome, replayed=answer.replayed, headers={**headers, "Preference-Applied": f"wait={seconds}"})


@route(
    "GET", "/v1/accounts/{account_id}/payment-options", operation="getPaymentOptions", has_etag=True, rank=Rank.READ,
    tags=("payments",), who=(CUSTOMER,), gives=payments.PaymentOptions,
    summary="What paying now, later or by card would mean", example=examples.PAYMENT_OPTIONS,
)  # fmt: skip
def get_payment_options(call: HttpCall) -> Reply:
    """To be shown before paying: from which day a payment made now counts, and what paying by card costs on top."""
    return call.relay("payments", "get_payment_options", account_id=call.path["account_id"])


@route(
    "GET", "/v1/accounts/{account_id}/payments", operation="listPayments", tags=("payments",), who=(CUSTOMER,),
    query=Page, gives=payments.Payments, summary="Payments on an account, newest first",
    example=examples.page_of(examples.PAYMENT),
)  # fmt: skip
def list_payments(call: HttpCall) -> Reply:
    return call.relay("payments", "list_payments", account_id=call.path["account_id"], **call.query)


@route(
    "GET", "/v1/payments/{payment_id}", operation="getPayment", rank=Rank.READ,
    tags=("payments",), who=(CUSTOMER,), has_etag=True,
    gives=payments.Payment, summary="One payment, and in `message` whether it went through",
    example={
        **examples.PAYMENT, "status": "posted", "applied_at": "2026-11-23T15:30:02.000Z",
        "message": "Your payment of $412.35 went through and is in your balance.",
    },
)  # fmt: skip
def get_payment(call: HttpCall) -> Reply:
    return call.relay("payments", "get_payment", payment_id=call.path["payment_id"])


@route(
    "DELETE", "/v1/payments/{payment_id}", operation="cancelPayment", tags=("payments",), who=(CUSTOMER,),
    takes_key=True, gives=payments.Payment, summary="Cancel a scheduled payment",
    errors=("payment_not_cancellable",),
    example={
        **examples.PAYMENT, "status": "cancelled",
        "message": "No: $412.35 was not charged to your bank account ending in 6789. You cancelled it.",
    },
)  # fmt: skip
def cancel_payment(call: HttpCall) -> Reply:
    """Until the cut-off of the business day before its date. Cancelled again, it is answered as it stands."""
    return call.relay("payments", "cancel_payment", payment_id=call.path["payment_id"])


def wished_wait_seconds(prefer: str) -> int | None:
    """The N of `Prefer: wait=N` (RFC 7240), cut to the longest we wait; None where it is not asked for."""
    found = _wait.search(prefer.lower())
    return min(int(found.group(1)), WAIT_SECONDS_MAX) if found else None


def _wait_for_outcome(call: HttpCall, payment: Mapping[str, Any], *, seconds: int) -> Mapping[str, Any]:
    """The payment once it is decided, or as it stands in the end. Looking never turns success into an error."""
    ends_at = call.house.clock.now() + timedelta(seconds=seconds)
    pause = FIRST_LOOK_SECONDS
    while payment["status"] == UNDER_WAY and call.house.clock.now() < ends_at:
        with call.house.admission.set_aside():
            call.house.pause(pause)
        pause = min(pause * 2, LOOK_SECONDS_MAX)
        payment = _as_it_stands(call, payment)
    return payment


def _as_it_stands(call: HttpCall, payment: Mapping[str, Any]) -> Mapping[str, Any]:
    """The payment now; as it was known where nobody answers."""
    try:
        found: Mapping[str, Any] = call.ask("payments", "get_payment", payment_id=payment["id"]).data
    except (DependencyDown, Refusal):
        return payment
    return found


ROUTES = (submit_payment, get_payment_options, list_payments, get_payment, cancel_payment)
