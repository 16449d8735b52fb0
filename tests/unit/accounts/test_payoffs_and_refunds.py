"""A payoff leaves nothing open, a refund is owed as told, both fall with their payment; every cent has its entry."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounts.rules.engine import replay
from services.accounts.rules.events import AccountEvent, InvalidEvent, Payment, Payoff, Refund
from services.accounts.rules.journal import LedgerAccount, allocation_entries, balances_cents, opening_entry
from services.accounts.rules.state import AccountState
from services.accounts.rules.terms import LoanTerms, Opening
from tests.unit.accounts.builders import a_loan, a_payment, an_opening, undone
from tests.unit.accounts.histories import loans

OPENED_ON, PAID_ON = date(2026, 4, 5), date(2026, 4, 27)
TERMS = a_loan(rate="5.90", first_due_on=date(2024, 5, 5))
THE_PAYMENT = "payment:last:1"
OWED_CENTS, LIMIT_CENTS = 1_240_457, 1_000


def the_opening(**changed: int) -> Opening:
    known: dict[str, Any] = {"principal_cents": 1_234_567, "fees_due_cents": 1_500, "next_instalment_number": 25}
    return an_opening(as_of_on=OPENED_ON, **{**known, **changed})


def the_payoff(*, limit_cents: int = LIMIT_CENTS) -> Payoff:
    return Payoff(
        source_key="payoff:last:1", effective_on=PAID_ON, payment_key=THE_PAYMENT, drift_limit_cents=limit_cents
    )


def a_refund(*, cents: int) -> Refund:
    return Refund(source_key="refund_due:first", effective_on=PAID_ON, payment_key=THE_PAYMENT, amount_cents=cents)


def played(*events: AccountEvent, opening: Opening | None = None) -> AccountState:
    return replay(terms=TERMS, opening=opening or the_opening(), events=events)


def paid(cents: int) -> Payment:
    return a_payment(on=PAID_ON, cents=cents, key=THE_PAYMENT)


def books(state: AccountState) -> dict[LedgerAccount, int]:
    """Everything that the events of a loan post, its opening among it."""
    entries = [opening_entry(product="loan", opening=state.opening, source_key="opened")]
    for allocation in state.allocations:
        entries += allocation_entries(product="loan", allocation=allocation)
    return balances_cents(entry for entry in entries if entry is not None)


def test_a_payoff_uses_the_customers_credit_before_our_money() -> None:
    state = played(paid(OWED_CENTS - 5_091), the_payoff(), opening=the_opening(unapplied_cents=5_000))
    assert (state.principal_cents, state.unapplied_cents, state.allocations[-1].amount_cents) == (0, 0, 91)
    found = books(state)
    assert found[LedgerAccount.PAYOFF_DRIFT] == 91
    assert not {LedgerAccount.CUSTOMER_SUSPENSE, LedgerAccount.PRINCIPAL_RECEIVABLE} & set(found)


def test_a_payoff_of_a_cleared_loan_posts_nothing() -> None:
    state = played(paid(OWED_CENTS), the_payoff())
    assert allocation_entries(product="loan", allocation=state.allocations[-1]) == ()


def test_a_payoff_beyond_its_limit_leaves_debt_and_credit_as_they_are() -> None:
    state = played(paid(OWED_CENTS - 6_001), the_payoff(), opening=the_opening(unapplied_cents=5_000))
    assert (state.principal_cents, state.unapplied_cents) == (6_001, 5_000)


def test_a_refund_takes_the_credit_out_of_suspense() -> None:
    state = played(paid(OWED_CENTS + 599), the_payoff(), a_refund(cents=599))
    assert state.unapplied_cents == 0
    assert books(state)[LedgerAccount.REFUND_PAYABLE] == -599
    assert LedgerAccount.CUSTOMER_SUSPENSE not in books(state)


def test_a_refund_that_was_told_is_owed_although_the_credit_has_shrunk() -> None:
    state = played(paid(OWED_CENTS + 599), the_payoff(), a_refund(cents=599), opening=the_opening(fees_due_cents=1_900))
    assert (state.unapplied_cents, state.fees_due_cents) == (0, 0)
    assert books(state)[LedgerAccount.REFUND_PAYABLE] == -599
    assert books(state)[LedgerAccount.PAYOFF_DRIFT] == 400


def test_an_earlier_payment_found_later_makes_the_payoff_cost_us_less() -> None:
    early = a_payment(on=OPENED_ON, cents=60, key="payment:early:1")
    assert played(paid(OWED_CENTS - 91), the_payoff(), early).allocations[-1].amount_cents == 31


@pytest.mark.parametrize("cents", [OWED_CENTS + 599, 500])
def test_a_payoff_and_its_refund_fall_with_their_payment_however_small_it_was(cents: int) -> None:
    rest = a_payment(on=OPENED_ON, cents=OWED_CENTS - 4_900, key="payment:rest:1")
    last = paid(cents)
    fallen = played(rest, last, the_payoff(limit_cents=10_000), a_refund(cents=599), undone(last, on=PAID_ON))
    alone = played(rest)
    assert (fallen.principal_cents, fallen.unapplied_cents) == (alone.principal_cents, alone.unapplied_cents)
    assert books(fallen) == books(alone)


def test_a_refund_of_nothing_is_none() -> None:
    with pytest.raises(InvalidEvent, match="more than zero"):
        a_refund(cents=0)


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
    last = max(payments, key=lambda payment: payment.place)
    known: dict[str, Any] = {"effective_on": last.effective_on, "payment_key": last.source_key}
    payoff = Payoff(source_key="payoff:x:1", drift_limit_cents=10**10, **known)
    refund = Refund(source_key="refund_due:x", amount_cents=refunded, **known)
    events: list[AccountEvent] = [refund, *reversed(payments), payoff]
    state = replay(terms=terms, opening=opening, events=events)
    assert not any((state.principal_cents, state.accrued_interest, state.fees_due_cents))
    assert state.unapplied_cents >= 0
    assert state == replay(terms=terms, opening=opening, events=[*events, *events])
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
