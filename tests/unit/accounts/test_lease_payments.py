"""A payment on a lease fills instalments by their constant-yield split; the rest waits as the customer's credit."""

from datetime import date

import pytest

from services.accounts.rules.engine import apply_credit, apply_event, replay
from services.accounts.rules.state import AccountState, EventOutOfOrder, Payment
from tests.unit.accounts.builders import a_payment, an_opening, the_reference_lease

SIGNED_ON = date(2026, 1, 1)
INSTALMENT_CENTS = 48_240


def lease_after(*payments: Payment, through_on: date | None = None, fees_due_cents: int = 0) -> AccountState:
    opening = an_opening(as_of_on=SIGNED_ON, principal_cents=3_150_000, fees_due_cents=fees_due_cents)
    return replay(terms=the_reference_lease(), opening=opening, payments=payments, through_on=through_on)


def test_an_instalment_is_rent_charge_depreciation_and_tax() -> None:
    state = lease_after(a_payment(on=date(2026, 1, 15), cents=INSTALMENT_CENTS))
    (allocation,) = state.allocations
    assert (allocation.interest_cents, allocation.principal_cents, allocation.tax_cents) == (12_357, 32_622, 3_261)
    assert state.principal_cents == 3_117_378
    assert (state.next_instalment_number, state.payments_made) == (2, 1)


def test_a_part_payment_covers_rent_then_depreciation_then_tax_and_the_rest_completes_it() -> None:
    state = lease_after(
        a_payment(on=date(2026, 1, 10), cents=12_000),
        a_payment(on=date(2026, 1, 12), cents=33_000),
        a_payment(on=date(2026, 1, 15), cents=3_240),
    )
    parts = [(a.interest_cents, a.principal_cents, a.tax_cents) for a in state.allocations]
    assert parts == [(12_000, 0, 0), (357, 32_622, 21), (0, 0, 3_240)]
    assert state.allocations[-1].instalments == (1,)


def test_every_past_due_instalment_is_filled_before_the_current_one_and_fees_come_after() -> None:
    payment = a_payment(on=date(2026, 3, 1), cents=3 * INSTALMENT_CENTS + 3_000)
    state = lease_after(payment, fees_due_cents=2_000)
    assert state.allocations[0].instalments == (1, 2, 3)
    assert (state.fees_due_cents, state.unapplied_cents) == (0, 1_000)


def test_money_beyond_the_current_instalment_is_credit_until_the_next_one_is_due() -> None:
    payment = a_payment(on=date(2026, 1, 15), cents=INSTALMENT_CENTS + 20_000)
    early = lease_after(payment, through_on=date(2026, 2, 14))
    assert (early.unapplied_cents, early.partial_paid_cents) == (20_000, 0)
    due = lease_after(payment, through_on=date(2026, 2, 15))
    assert (due.unapplied_cents, due.partial_paid_cents) == (0, 20_000)
    used = due.allocations[-1]
    assert (used.amount_cents, used.unapplied_cents, used.effective_on) == (0, -20_000, date(2026, 2, 15))


def test_credit_pays_several_instalments_each_on_its_due_date() -> None:
    payment = a_payment(on=date(2026, 1, 15), cents=3 * INSTALMENT_CENTS + 5)
    state = lease_after(payment, through_on=date(2026, 6, 1))
    assert [a.effective_on for a in state.allocations[1:]] == [date(2026, 2, 15), date(2026, 3, 15), date(2026, 4, 15)]
    assert (state.next_instalment_number, state.partial_paid_cents, state.unapplied_cents) == (4, 5, 0)


def test_using_credit_step_by_step_ends_where_one_replay_does() -> None:
    payment = a_payment(on=date(2026, 1, 15), cents=2 * INSTALMENT_CENTS)
    later = a_payment(on=date(2026, 3, 3), cents=INSTALMENT_CENTS)
    stepwise = apply_credit(terms=the_reference_lease(), state=lease_after(payment), through_on=date(2026, 2, 20))
    stepwise = apply_event(terms=the_reference_lease(), state=stepwise, event=later)
    assert stepwise == lease_after(later, payment)


def test_a_payment_before_credit_was_used_has_to_be_replayed() -> None:
    payment = a_payment(on=date(2026, 1, 15), cents=2 * INSTALMENT_CENTS)
    state = lease_after(payment, through_on=date(2026, 2, 20))
    with pytest.raises(EventOutOfOrder):
        apply_event(
            terms=the_reference_lease(), state=state, event=a_payment(on=date(2026, 2, 1), cents=INSTALMENT_CENTS)
        )


def test_after_the_last_payment_the_balance_is_the_residual_and_more_money_is_credit() -> None:
    opening = an_opening(as_of_on=SIGNED_ON, principal_cents=3_150_000)
    state = replay(
        terms=the_reference_lease(),
        opening=opening,
        payments=[a_payment(on=date(2029, 1, 1), cents=36 * INSTALMENT_CENTS + 700)],
    )
    assert (state.principal_cents, state.payments_made, state.unapplied_cents) == (1_890_000, 36, 700)
    assert sum(a.interest_cents for a in state.allocations) == 359_244


def test_the_explanation_names_each_instalment() -> None:
    state = lease_after(a_payment(on=date(2026, 1, 15), cents=INSTALMENT_CENTS + 100))
    explanation = state.allocations[0].explanation
    assert explanation["lease_balance_after_cents"] == 3_117_378
    assert explanation["steps"] == [
        {
            "to": "instalment",
            "instalment": 1,
            "due_on": "2026-01-15",
            "rent_charge_cents": 12_357,
            "depreciation_cents": 32_622,
            "tax_cents": 3_261,
            "amount_cents": INSTALMENT_CENTS,
        },
        {"to": "unapplied_credit", "amount_cents": 100},
    ]
