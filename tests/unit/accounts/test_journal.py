"""Entries balance or do not exist, and the ledger ends where the engine does."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounts.rules.engine import replay
from services.accounts.rules.journal import (
    JournalEntry,
    JournalLine,
    LedgerAccount,
    UnbalancedEntry,
    allocation_entries,
    balances_cents,
    opening_entry,
    reversal_entry,
)
from tests.unit.accounts.builders import a_loan, a_payment, an_opening, the_reference_lease

ON = date(2026, 1, 5)


def an_entry(*lines: JournalLine) -> JournalEntry:
    return JournalEntry(kind="test", source_key="test", effective_on=ON, lines=lines)


def test_an_entry_cannot_be_unbalanced_or_empty() -> None:
    with pytest.raises(UnbalancedEntry):
        an_entry(JournalLine(LedgerAccount.CASH, debit_cents=1))
    with pytest.raises(UnbalancedEntry):
        an_entry()


@pytest.mark.parametrize(("debit", "credit"), [(0, 0), (1, 1), (-1, 0), (0, -1)])
def test_a_line_is_either_a_debit_or_a_credit_of_something(debit: int, credit: int) -> None:
    with pytest.raises(UnbalancedEntry):
        JournalLine(LedgerAccount.CASH, debit_cents=debit, credit_cents=credit)


def test_an_opening_is_balanced_against_conversion_clearing() -> None:
    opening = an_opening(principal_cents=100, accrued_interest_cents=20, fees_due_cents=3, unapplied_cents=50)
    entry = opening_entry(product="loan", opening=opening, source_key="import:1")
    assert entry is not None
    assert balances_cents([entry]) == {
        LedgerAccount.PRINCIPAL_RECEIVABLE: 100,
        LedgerAccount.INTEREST_RECEIVABLE: 20,
        LedgerAccount.FEE_RECEIVABLE: 3,
        LedgerAccount.CUSTOMER_SUSPENSE: -50,
        LedgerAccount.CONVERSION_CLEARING: -73,
    }


def test_an_opening_of_credit_alone_debits_conversion_clearing() -> None:
    opening = an_opening(principal_cents=0, next_instalment_number=61, unapplied_cents=50)
    entry = opening_entry(product="loan", opening=opening, source_key="import:1")
    assert entry is not None
    assert balances_cents([entry])[LedgerAccount.CONVERSION_CLEARING] == 50


def test_an_account_that_owes_nothing_opens_without_an_entry() -> None:
    opening = an_opening(principal_cents=0, next_instalment_number=61)
    assert opening_entry(product="loan", opening=opening, source_key="import:1") is None


amounts = st.lists(st.tuples(st.integers(0, 900), st.integers(1, 900_000)), max_size=8)


@given(amounts=amounts, carried=st.integers(0, 30_000), fees=st.integers(0, 5_000))
def test_a_loans_ledger_equals_its_state(amounts: list[tuple[int, int]], carried: int, fees: int) -> None:
    opening = an_opening(accrued_interest_cents=carried, fees_due_cents=fees)
    payments = [
        a_payment(on=date.fromordinal(opening.as_of_on.toordinal() + days), cents=cents, key=f"payment:{index}")
        for index, (days, cents) in enumerate(amounts)
    ]
    state = replay(terms=a_loan(), opening=opening, payments=payments)
    entries = [opening_entry(product="loan", opening=opening, source_key="import")]
    entries += [entry for a in state.allocations for entry in allocation_entries(product="loan", allocation=a)]
    balances = balances_cents(entry for entry in entries if entry is not None)
    assert balances.get(LedgerAccount.PRINCIPAL_RECEIVABLE, 0) == state.principal_cents
    assert balances.get(LedgerAccount.FEE_RECEIVABLE, 0) == state.fees_due_cents
    assert -balances.get(LedgerAccount.CUSTOMER_SUSPENSE, 0) == state.unapplied_cents
    assert abs(balances.get(LedgerAccount.INTEREST_RECEIVABLE, 0) - state.accrued_interest) <= 0.5
    assert sum(balances.values()) == 0


@given(amounts=amounts)
def test_a_leases_ledger_equals_its_state(amounts: list[tuple[int, int]]) -> None:
    opening = an_opening(as_of_on=date(2026, 1, 1), principal_cents=3_150_000)
    payments = [
        a_payment(on=date.fromordinal(opening.as_of_on.toordinal() + days), cents=cents, key=f"payment:{index}")
        for index, (days, cents) in enumerate(amounts)
    ]
    state = replay(terms=the_reference_lease(), opening=opening, payments=payments, through_on=date(2028, 7, 1))
    entries = [opening_entry(product="lease", opening=opening, source_key="import")]
    entries += [entry for a in state.allocations for entry in allocation_entries(product="lease", allocation=a)]
    balances = balances_cents(entry for entry in entries if entry is not None)
    assert balances.get(LedgerAccount.LEASE_RECEIVABLE, 0) == state.principal_cents
    assert -balances.get(LedgerAccount.CUSTOMER_SUSPENSE, 0) == state.unapplied_cents
    assert balances.get(LedgerAccount.RENT_RECEIVABLE, 0) == 0
    assert -balances.get(LedgerAccount.LEASE_INCOME, 0) == sum(a.interest_cents for a in state.allocations)


@given(amounts=amounts)
def test_reversing_every_entry_restores_every_balance(amounts: list[tuple[int, int]]) -> None:
    opening = an_opening(accrued_interest_cents=77)
    payments = [
        a_payment(on=date.fromordinal(opening.as_of_on.toordinal() + days), cents=cents, key=f"payment:{index}")
        for index, (days, cents) in enumerate(amounts)
    ]
    state = replay(terms=a_loan(), opening=opening, payments=payments)
    entries = [entry for a in state.allocations for entry in allocation_entries(product="loan", allocation=a)]
    reversals = [reversal_entry(entry=entry, source_key=f"reversal:{entry.source_key}") for entry in entries]
    assert balances_cents([*entries, *reversals]) == {}
    assert all(r.kind.endswith("_reversed") for r in reversals)
