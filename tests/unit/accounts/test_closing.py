"""A payoff leaves nothing open and a refund nothing owed, whatever is found out later; every cent has its entry."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounts.rules.closing import Closing, Payoff, Refund
from services.accounts.rules.engine import replay
from services.accounts.rules.journal import (
    LedgerAccount,
    allocation_entries,
    balances_cents,
    opening_entry,
    payment_accepted_entry,
)
from services.accounts.rules.state import AccountState, Payment
from services.accounts.rules.terms import LoanTerms, Opening
from tests.unit.accounts.builders import a_loan, a_payment, an_opening, the_reference_lease
from tests.unit.accounts.test_engine_properties import loans

OPENED_ON, PAID_ON = date(2026, 4, 5), date(2026, 4, 27)
TERMS = a_loan(rate="5.90", first_due_on=date(2024, 5, 5))
THE_PAYMENT, THE_PAYOFF, A_REFUND = "payment:last:1", "payoff:last:1", "refund_due:first"
OWED_CENTS = 1_240_457


def the_opening(**changed: int) -> Opening:
    known: dict[str, Any] = {"principal_cents": 1_234_567, "fees_due_cents": 1_500, "next_instalment_number": 25}
    return an_opening(as_of_on=OPENED_ON, **{**known, **changed})


def the_payoff(*, on: date = PAID_ON) -> Payoff:
    return Payoff(source_key=THE_PAYOFF, effective_on=on, payment_key=THE_PAYMENT)


def a_refund(*, cents: int, on: date = PAID_ON) -> Refund:
    return Refund(source_key=A_REFUND, effective_on=on, payment_key=THE_PAYMENT, amount_cents=cents)


def played(*folded: Payment | Closing, opening: Opening | None = None) -> AccountState:
    return replay(terms=TERMS, opening=opening or the_opening(), payments=folded)


def paid(cents: int) -> Payment:
    return a_payment(on=PAID_ON, cents=cents, key=THE_PAYMENT)


def books(state: AccountState) -> dict[LedgerAccount, int]:
    """Everything that the allocations of a loan post, opening and accepted money among it."""
    entries = [opening_entry(product="loan", opening=state.opening, source_key="opened")]
    for allocation in state.allocations:
        if allocation.amount_cents > 0:
            entries.append(
                payment_accepted_entry(
                    source_key=allocation.source_key,
                    effective_on=allocation.effective_on,
                    amount_cents=allocation.amount_cents,
                )
            )
        entries += allocation_entries(product="loan", allocation=allocation)
    return balances_cents(entry for entry in entries if entry is not None)


def test_a_payoff_writes_off_what_the_money_did_not_reach() -> None:
    state = played(paid(OWED_CENTS - 91), the_payoff())
    assert not any((state.principal_cents, state.accrued_interest, state.fees_due_cents, state.unapplied_cents))
    assert state.allocations[-1].written_off_cents == 91
    assert state.allocations[-1].explanation["sentence"] == (
        "The account is paid off. $0.91 that was still open is not asked of you."
    )
    assert books(state)[LedgerAccount.PAYOFF_WRITE_OFF] == 91
    assert LedgerAccount.PRINCIPAL_RECEIVABLE not in books(state)


def test_interest_that_is_written_off_was_earned_first() -> None:
    state = played(paid(4_000), the_payoff())
    last = state.allocations[-1]
    assert (last.interest_cents, last.interest_recognised_cents) == (390, 0)
    assert books(state)[LedgerAccount.INTEREST_INCOME] == -4_390
    later = played(paid(4_000), the_payoff(on=PAID_ON + timedelta(days=1))).allocations[-1]
    assert (later.interest_cents, later.interest_recognised_cents) == (590, 200)


def test_a_payoff_uses_the_customers_credit_before_our_money() -> None:
    state = played(paid(OWED_CENTS - 5_000), the_payoff(), opening=the_opening(unapplied_cents=5_000))
    assert (state.unapplied_cents, state.allocations[-1].written_off_cents) == (0, 0)
    assert LedgerAccount.CUSTOMER_SUSPENSE not in books(state)


def test_a_payoff_of_a_cleared_loan_changes_nothing() -> None:
    state = played(paid(OWED_CENTS), the_payoff())
    assert allocation_entries(product="loan", allocation=state.allocations[-1]) == ()


def test_a_refund_takes_the_credit_out_of_suspense() -> None:
    state = played(paid(OWED_CENTS + 599), the_payoff(), a_refund(cents=599))
    assert state.unapplied_cents == 0
    assert books(state)[LedgerAccount.REFUND_PAYABLE] == -599
    assert LedgerAccount.CUSTOMER_SUSPENSE not in books(state)


def test_a_refund_that_was_told_is_owed_although_the_credit_has_shrunk() -> None:
    state = played(paid(OWED_CENTS + 599), the_payoff(), a_refund(cents=599), opening=the_opening(fees_due_cents=1_900))
    assert (state.unapplied_cents, state.fees_due_cents) == (0, 0)
    assert books(state)[LedgerAccount.REFUND_PAYABLE] == -599
    assert books(state)[LedgerAccount.PAYOFF_WRITE_OFF] == 400


def test_an_earlier_payment_found_later_makes_the_payoff_cost_us_less() -> None:
    early = a_payment(on=OPENED_ON, cents=60, key="payment:early:1")
    assert played(paid(OWED_CENTS - 91), the_payoff(), early).allocations[-1].written_off_cents == 31


def test_a_payoff_and_its_refund_fall_with_their_payment() -> None:
    other = a_payment(on=OPENED_ON, cents=50_000, key="payment:other:1")
    assert played(other, the_payoff(), a_refund(cents=599)) == played(other)


def test_a_refund_of_nothing_is_none() -> None:
    with pytest.raises(ValueError, match="more than zero"):
        a_refund(cents=0)


def test_a_lease_is_not_paid_off_by_payments() -> None:
    lease = the_reference_lease()
    money = a_payment(on=lease.first_due_on, cents=100, key=THE_PAYMENT)
    with pytest.raises(ValueError, match="never pay a lease off"):
        replay(
            terms=lease, opening=an_opening(as_of_on=lease.first_due_on, principal_cents=3_150_000),
            payments=[money, the_payoff(on=lease.first_due_on)],
        )  # fmt: skip


@given(
    case=loans(),
    amounts=st.lists(st.tuples(st.integers(0, 400), st.integers(1, 3_000_000)), min_size=1, max_size=6),
    refunded=st.integers(1, 500_000),
)
def test_after_a_payoff_nothing_is_open_and_the_books_balance(
    case: tuple[LoanTerms, Opening], amounts: list[tuple[int, int]], refunded: int
) -> None:
    terms, opening = case
    payments = [
        a_payment(on=opening.as_of_on + timedelta(days=days), cents=cents, key=f"payment:{number}:1")
        for number, (days, cents) in enumerate(amounts)
    ]
    last = max(payments, key=lambda payment: (payment.effective_on, payment.source_key))
    payoff = Payoff(source_key="payoff:x:1", effective_on=last.effective_on, payment_key=last.source_key)
    refund = Refund(
        source_key="refund_due:x", effective_on=last.effective_on, payment_key=last.source_key, amount_cents=refunded
    )
    folded: list[Payment | Closing] = [refund, *reversed(payments), payoff]
    state = replay(terms=terms, opening=opening, payments=folded)
    assert not any((state.principal_cents, state.accrued_interest, state.fees_due_cents))
    assert state.unapplied_cents >= 0
    assert state == replay(terms=terms, opening=opening, payments=[*folded, *folded])
    for a in state.allocations:
        parts = a.interest_cents + a.principal_cents + a.tax_cents + a.fees_cents + a.unapplied_cents
        assert a.amount_cents + a.written_off_cents == parts
        assert a.written_off_cents >= 0
    found = books(state)
    assert sum(found.values()) == 0
    assert found.get(LedgerAccount.REFUND_PAYABLE) == -refunded
    assert -found.get(LedgerAccount.CUSTOMER_SUSPENSE, 0) == state.unapplied_cents
    receivables = {LedgerAccount.PRINCIPAL_RECEIVABLE, LedgerAccount.INTEREST_RECEIVABLE, LedgerAccount.FEE_RECEIVABLE}
    assert not receivables & set(found)
