"""The states of a refund, and which payments go back."""

from datetime import date
from itertools import product
from typing import Any

import pytest

from services.payments.contract.schemas import REFUND_STATUSES, STATUSES
from services.payments.rules.refunds import (
    CANCELLED,
    FAILED,
    GONE_BACK,
    NOT_SETTLED,
    OPEN,
    PAID,
    REQUESTED,
    STEPS,
    UNKNOWN,
    has_gone_back,
    steps_to,
    why_not_refundable,
)

LEGAL = {
    (REQUESTED, PAID),
    (REQUESTED, FAILED),
    (REQUESTED, UNKNOWN),
    (REQUESTED, CANCELLED),
    (UNKNOWN, PAID),
    (UNKNOWN, FAILED),
    (PAID, FAILED),
    (CANCELLED, PAID),
}


@pytest.mark.parametrize(("status", "to"), sorted(product(REFUND_STATUSES, REFUND_STATUSES)))
def test_a_refund_takes_the_steps_of_the_table_and_no_other(status: str, to: str) -> None:
    assert (status in steps_to(to)) == ((status, to) in LEGAL)


def test_every_status_of_the_contract_has_its_row() -> None:
    assert set(STEPS) == set(REFUND_STATUSES)
    assert {REQUESTED, UNKNOWN} == OPEN


def a_payment(**differences: Any) -> dict[str, Any]:
    return {"status": "settled", "method_type": "card", "refunded_on": None, "reversed_on": None, **differences}


@pytest.mark.parametrize("status", STATUSES)
def test_only_money_that_has_come_in_goes_out(status: str) -> None:
    assert (why_not_refundable(a_payment(status=status)) is None) is (status == "settled")


def test_what_has_gone_back_does_not_go_back_again() -> None:
    assert why_not_refundable(a_payment(refunded_on=date(2026, 11, 23))) == GONE_BACK


@pytest.mark.parametrize(("status", "why_not"), [("settled", None), ("posted", NOT_SETTLED), ("returned", GONE_BACK)])
def test_what_was_only_taken_out_of_the_balance_goes_back_once_the_bank_has_paid_it(
    status: str, why_not: str | None
) -> None:
    assert why_not_refundable(a_payment(status=status, reversed_on=date(2026, 11, 23))) == why_not


@pytest.mark.parametrize(
    ("status", "number", "gone"),
    [("posted", 1, False), ("settled", 1, False), ("returned", 1, True), ("submitting", 2, True), ("settled", 2, True)],
)
def test_a_presentment_has_gone_back_once_it_is_returned_or_another_has_its_place(
    status: str, number: int, gone: bool
) -> None:
    assert has_gone_back({"status": status, "presentment_number": number}, presentment_number=1) is gone
