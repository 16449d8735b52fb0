"""What is owed can end other than by payment, and always to exactly zero."""

from datetime import date
from decimal import Decimal

import pytest

from services.accounts.rules.engine import replay
from services.accounts.rules.events import ChargeOff, InvalidEvent, Payoff
from services.accounts.rules.journal import LedgerAccount, allocation_entries, balances_cents
from services.accounts.rules.standing import standing
from tests.unit.accounts.builders import a_loan, a_payment, an_opening, the_reference_lease, undone

TERMS, OPENING = a_loan(), an_opening(fees_due_cents=1_500)
ON = date(2026, 1, 5)
OWED_CENTS = 1_825_000 + 10_060 + 1_500


def test_what_drifted_since_a_quote_is_written_off_up_to_its_limit() -> None:
    paid = a_payment(on=ON, cents=OWED_CENTS - 87)
    drift = Payoff(source_key="payoff", effective_on=ON, drift_limit_cents=100)
    state = replay(terms=TERMS, opening=OPENING, events=[paid, drift])
    assert (state.principal_cents, state.fees_due_cents, state.accrued_interest) == (0, 0, Decimal(0))
    written_off = state.allocations[-1]
    assert (written_off.kind, written_off.amount_cents, written_off.principal_cents) == ("payoff_drift", 87, 87)
    entries = allocation_entries(product="loan", allocation=written_off)
    assert balances_cents(entries) == {LedgerAccount.PAYOFF_DRIFT: 87, LedgerAccount.PRINCIPAL_RECEIVABLE: -87}
    assert standing(terms=TERMS, state=state, on=ON).next_due_on is None


def test_nothing_is_written_off_while_more_is_owed() -> None:
    drift = Payoff(source_key="payoff", effective_on=ON, drift_limit_cents=100)
    short = a_payment(on=ON, cents=OWED_CENTS - 101)
    state = replay(terms=TERMS, opening=OPENING, events=[short, drift])
    assert (state.principal_cents, state.allocations[-1].amount_cents) == (101, 0)


def test_when_the_payment_of_a_payoff_is_returned_the_loan_owes_everything_again() -> None:
    paid = a_payment(on=ON, cents=OWED_CENTS - 87)
    drift = Payoff(source_key="payoff", effective_on=ON, drift_limit_cents=100)
    state = replay(terms=TERMS, opening=OPENING, events=[paid, drift, undone(paid, on=date(2026, 1, 9))])
    assert (state.principal_cents, state.fees_due_cents) == (1_825_000, 1_500)


def test_a_charge_off_takes_balance_interest_and_fees_out_of_the_receivables() -> None:
    charged_off = ChargeOff(source_key="charge-off", effective_on=ON, reason="120 days past due")
    state = replay(terms=TERMS, opening=OPENING, events=[charged_off])
    (allocation,) = state.allocations
    assert (allocation.amount_cents, allocation.interest_recognised_cents) == (OWED_CENTS, 10_060)
    entries = allocation_entries(product="loan", allocation=allocation)
    assert balances_cents(entries) == {
        LedgerAccount.INTEREST_INCOME: -10_060,
        LedgerAccount.CHARGE_OFF_EXPENSE: OWED_CENTS,
        LedgerAccount.PRINCIPAL_RECEIVABLE: -1_825_000,
        LedgerAccount.FEE_RECEIVABLE: -1_500,
    }
    after = replay(terms=TERMS, opening=OPENING, events=[charged_off, a_payment(on=date(2026, 2, 1), cents=5_000)])
    assert (after.principal_cents, after.unapplied_cents, after.recovered_cents) == (0, 0, 5_000)


def test_money_after_a_charge_off_is_income_up_to_what_was_charged_off_and_then_credit() -> None:
    charged_off = ChargeOff(source_key="charge-off", effective_on=ON, reason="120 days past due")
    late = a_payment(on=date(2026, 2, 1), cents=OWED_CENTS + 700)
    state = replay(terms=TERMS, opening=OPENING, events=[charged_off, late])
    recovery = state.allocations[-1]
    assert (recovery.kind, recovery.principal_cents, recovery.unapplied_cents) == ("recovery", OWED_CENTS, 700)
    assert balances_cents(allocation_entries(product="loan", allocation=recovery)) == {
        LedgerAccount.CLEARING: OWED_CENTS + 700,
        LedgerAccount.CUSTOMER_SUSPENSE: -700,
        LedgerAccount.RECOVERY_INCOME: -OWED_CENTS,
    }
    back = replay(terms=TERMS, opening=OPENING, events=[charged_off, late, undone(late, on=date(2026, 2, 5))])
    assert (back.recovered_cents, back.unapplied_cents, back.charged_off_cents) == (0, 0, OWED_CENTS)


def test_a_payment_from_before_a_charge_off_lowers_it_and_its_return_raises_it_again() -> None:
    charged_off = ChargeOff(source_key="charge-off", effective_on=ON, reason="120 days past due")
    before = a_payment(on=date(2026, 1, 2), cents=40_000)
    state = replay(terms=TERMS, opening=OPENING, events=[charged_off, before])
    assert state.charged_off_cents < OWED_CENTS - 39_000
    back = replay(terms=TERMS, opening=OPENING, events=[charged_off, before, undone(before, on=date(2026, 2, 5))])
    assert back.charged_off_cents == OWED_CENTS


def test_a_lease_is_charged_off_at_its_balance_but_not_closed_by_a_payoff() -> None:
    opening = an_opening(as_of_on=date(2026, 1, 1), principal_cents=3_150_000)
    charged_off = ChargeOff(source_key="charge-off", effective_on=ON, reason="120 days past due")
    state = replay(terms=the_reference_lease(), opening=opening, events=[charged_off])
    entries = allocation_entries(product="lease", allocation=state.allocations[0])
    assert balances_cents(entries)[LedgerAccount.LEASE_RECEIVABLE] == -3_150_000
    drift = Payoff(source_key="payoff", effective_on=ON, drift_limit_cents=100)
    with pytest.raises(InvalidEvent, match="lease"):
        replay(terms=the_reference_lease(), opening=opening, events=[drift])
