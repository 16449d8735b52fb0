"""Every allocation says in one sentence what its figures say, and no kind is without one."""

from datetime import date
from decimal import Decimal
from typing import get_args

import pytest

from services.accounts.contract.schemas import TRANSACTION_KINDS
from services.accounts.rules.engine import replay
from services.accounts.rules.events import (
    Acceleration,
    AccountEvent,
    Bill,
    ChargeOff,
    Deferment,
    DueDateChange,
    Payoff,
    RateChange,
    Waiver,
)
from services.accounts.rules.held import held_payment
from services.accounts.rules.sentences import SENTENCES, sentence_of
from services.accounts.rules.state import Allocation, AllocationKind
from tests.unit.accounts.builders import a_late_fee, a_loan, a_payment, an_opening, the_reference_lease, undone

ON = date(2026, 1, 5)
PAID = a_payment(on=ON, cents=45_000)


def said(allocation: Allocation) -> str:
    return sentence_of(
        kind=allocation.kind,
        effective_on=allocation.effective_on,
        amount_cents=allocation.amount_cents,
        explanation=allocation.explanation,
    )


def said_of(*events: AccountEvent) -> str:
    return said(replay(terms=a_loan(), opening=an_opening(), events=events).allocations[-1])


def said_of_lease(*events: AccountEvent) -> list[str]:
    opening = an_opening(as_of_on=date(2026, 1, 1), principal_cents=3_150_000)
    through_on = date(2026, 2, 20)
    state = replay(terms=the_reference_lease(), opening=opening, events=events, through_on=through_on)
    return [said(each) for each in state.allocations]


def test_every_kind_of_allocation_has_a_sentence_and_is_in_the_contract() -> None:
    assert set(SENTENCES) == set(get_args(AllocationKind)) == set(TRANSACTION_KINDS)


def test_of_a_payment_names_days_per_diem_and_where_the_money_went() -> None:
    assert said_of(PAID) == (
        "Of the $450.00 received for January 5, 2026, $100.60 paid interest of 31 days at $3.2450 a day, $311.77 went "
        "to principal and $37.63 went to extra principal."
    )


def test_of_a_payment_names_interest_left_from_before() -> None:
    short = a_payment(on=date(2025, 12, 6), cents=1)
    assert "of 30 days at $3.2450 a day, with $3.24 left from before" in said_of(short, PAID)
    assert said_of(short).startswith("Of the $0.01 received for December 6, 2025, $0.01 paid interest of 1 day at")


def test_of_a_lease_names_instalments_credit_and_its_use() -> None:
    assert said_of_lease(a_payment(on=date(2026, 1, 15), cents=60_000)) == [
        (
            "Of the $600.00 received for January 15, 2026, $482.40 paid instalment 1, due on January 15, 2026 and "
            "$117.60 went to your credit."
        ),
        "Your credit was used on February 15, 2026: $117.60 paid instalment 2, due on February 15, 2026.",
    ]


def test_of_money_that_does_not_count_says_why() -> None:
    assert said_of(PAID, undone(PAID, on=date(2026, 1, 9))) == (
        "The $450.00 received for January 5, 2026 was undone on January 9, 2026: insufficient funds (return R01)."
    )
    held = held_payment(PAID, explanation={"held_because": "account_not_open"})
    assert said(held) == (
        "The $450.00 received for January 5, 2026 is kept as your credit, because the account is not open."
    )


def test_of_a_fee_that_does_not_stand_says_why() -> None:
    fee = a_late_fee(terms=a_loan(), number=1)
    called = Acceleration(source_key="acceleration", effective_on=date(2026, 1, 10), reason="default")
    assert (
        said_of(PAID, fee) == "The late fee of $20.61 for instalment 1 does not stand: it was paid in time after all."
    )
    assert said_of(called, fee).endswith("does not stand: the whole balance had been called due.")
    waiver = Waiver(source_key="waiver", effective_on=date(2026, 2, 1), fee_key=fee.source_key, reason="goodwill")
    assert said_of(PAID, fee, waiver) == "Nothing of the fee that was waived on February 1, 2026 was unpaid."
    assert said_of(fee, waiver) == "$20.61 of a fee was waived on February 1, 2026: goodwill."


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        (
            DueDateChange(source_key="x", effective_on=ON, from_number=2, due_day=20, months=0),
            ("From instalment 2 on, due dates move: February 20, 2026 in place of February 5, 2026, which adds $48.68 "
            "of interest (15 days); the last is December 20, 2030."),
        ),
        (
            Deferment(source_key="x", effective_on=ON, from_number=1, months=1),
            ("From instalment 1 on, due dates move: February 5, 2026 in place of January 5, 2026, which adds $100.60 "
            "of interest (31 days); the last is January 5, 2031."),
        ),
        (
            RateChange(source_key="x", effective_on=ON, annual_rate_percent=Decimal("5.00"), reason="modification"),
            "From January 5, 2026 on the rate is 5.00 % in place of 6.49 %, as agreed: $2.5000 a day.",
        ),
        (
            Acceleration(source_key="x", effective_on=ON, reason="the vehicle was sold"),
            "On January 5, 2026 the whole balance was called due: the vehicle was sold.",
        ),
        (
            ChargeOff(source_key="x", effective_on=ON, reason="120 days past due"),
            "The $18,350.60 owed was charged off on January 5, 2026: 120 days past due.",
        ),
        (
            Payoff(source_key="x", effective_on=ON, drift_limit_cents=100),
            "Nothing was written off: $18,350.60 was owed after the payoff.",
        ),
        (
            Payoff(source_key="x", effective_on=ON, drift_limit_cents=2_000_000),
            "The $18,350.60 left after the payoff was written off on January 5, 2026.",
        ),
        (
            Bill(
                source_key="x", effective_on=ON, instalment_number=2, due_on=date(2026, 2, 5), instalment_cents=41_237,
                past_due_cents=41_237, fees_due_cents=2_061, credit_cents=0, amount_due_cents=82_474,
            ),
            ("The bill of January 5, 2026 asked for $824.74 by February 5, 2026, $412.37 of it past due, and $20.61 of "
            "fees."),
        ),
    ],
)  # fmt: skip
def test_of_what_is_no_payment_either(event: AccountEvent, sentence: str) -> None:
    assert said_of(event) == sentence
