"""Double entry: entries that cannot be built unbalanced or empty, and the ones each event of an account gives."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from services.accounts.rules.state import Allocation, AllocationKind
from services.accounts.rules.terms import Opening

Product = Literal["loan", "lease"]


class LedgerAccount(StrEnum):
    """The general ledger's accounts of this slice."""

    CASH = "cash"
    CLEARING = "clearing"
    CUSTOMER_SUSPENSE = "customer_suspense"
    INTEREST_RECEIVABLE = "interest_receivable"
    INTEREST_INCOME = "interest_income"
    PRINCIPAL_RECEIVABLE = "principal_receivable"
    FEE_RECEIVABLE = "fee_receivable"
    FEE_INCOME = "fee_income"
    LEASE_RECEIVABLE = "lease_receivable"
    RENT_RECEIVABLE = "rent_receivable"
    LEASE_INCOME = "lease_income"
    SALES_TAX_PAYABLE = "sales_tax_payable"
    REFUND_PAYABLE = "refund_payable"
    CHARGE_OFF_EXPENSE = "charge_off_expense"
    CONVERSION_CLEARING = "conversion_clearing"
    WAIVER_EXPENSE = "waiver_expense"
    PAYOFF_DRIFT = "payoff_drift"
    RECOVERY_INCOME = "recovery_income"
    VEHICLES_HELD = "vehicles_held"
    LEASE_END_INCOME = "lease_end_income"
    LEASE_END_RESULT = "lease_end_result"
    OFFICIAL_FEES_PAYABLE = "official_fees_payable"


CHARGES = frozenset({"late_fee", "returned_payment_fee", "other_fee"})
GIVEN_UP: Mapping[AllocationKind, LedgerAccount] = {
    "fee_waived": LedgerAccount.WAIVER_EXPENSE,
    "payoff_drift": LedgerAccount.PAYOFF_DRIFT,
    "charged_off": LedgerAccount.CHARGE_OFF_EXPENSE,
}
"""Where what is owed goes when it will not be paid."""

LEASE_ENDS = frozenset({"lease_ended", "lease_end_billed"})
OFFICIAL = frozenset({"official_fees"})
"""Charges that are passed on to somebody else."""


class UnbalancedEntry(ValueError):
    """Debits and credits differ, or there is nothing to post."""


@dataclass(frozen=True, slots=True)
class JournalLine:
    """A debit or a credit of a positive amount, never both."""

    account: LedgerAccount
    debit_cents: int = 0
    credit_cents: int = 0

    def __post_init__(self) -> None:
        if self.debit_cents * self.credit_cents != 0 or self.debit_cents + self.credit_cents <= 0:
            raise UnbalancedEntry("A journal line is either a debit or a credit of more than zero.")


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """Lines that balance; `kind` names the event, `source_key` the thing that caused it."""

    kind: str
    source_key: str
    effective_on: date
    lines: tuple[JournalLine, ...]

    def __post_init__(self) -> None:
        debits, credits = 0, 0
        for line in self.lines:
            debits += line.debit_cents
            credits += line.credit_cents
        if not self.lines or debits != credits:
            raise UnbalancedEntry(f"The entry {self.kind} has {debits} cents of debits and {credits} of credits.")


def opening_entry(*, product: Product, opening: Opening, source_key: str) -> JournalEntry | None:
    """What an account is taken over with, against conversion clearing; None when nothing is owed either way."""
    balance = LedgerAccount.PRINCIPAL_RECEIVABLE if product == "loan" else LedgerAccount.LEASE_RECEIVABLE
    return _entry(
        kind="account_opened",
        source_key=source_key,
        on=opening.as_of_on,
        debits={
            balance: opening.principal_cents,
            LedgerAccount.INTEREST_RECEIVABLE: opening.accrued_interest_cents,
            LedgerAccount.FEE_RECEIVABLE: opening.fees_due_cents,
        },
        credits={LedgerAccount.CUSTOMER_SUSPENSE: opening.unapplied_cents},
        remainder=LedgerAccount.CONVERSION_CLEARING,
    )


def allocation_entries(*, product: Product, allocation: Allocation) -> tuple[JournalEntry, ...]:
    """Everything that one allocation posts, each entry of another kind; nothing where it moved no money."""
    if allocation.kind in LEASE_ENDS:
        return lease_end_entries(allocation)
    found: list[JournalEntry | None] = []
    if allocation.kind in ("payment", "payment_held", "recovery"):
        found.append(_acceptance(allocation))
    found.append(_recognition(product=product, allocation=allocation))
    if allocation.kind in ("payment", "credit_used"):
        found.append(_movement(product=product, allocation=allocation))
    elif allocation.kind == "recovery":
        found.append(_recovery(allocation))
    elif allocation.kind in CHARGES:
        found.append(_charge(allocation))
    elif allocation.kind in GIVEN_UP:
        found.append(_given_up(product=product, allocation=allocation))
    elif allocation.kind == "refund_due":
        found.append(_owed_back(allocation))
    return tuple(entry for entry in found if entry is not None)


def lease_end_entries(allocation: Allocation) -> tuple[JournalEntry, ...]:
    """The end bill by what it is for, and the balance of a vehicle that came back against what that counts for.

    A gain pays first what the customer still owes, and is ours beyond that. What of an instalment is for days after the
    end is given back, with the tax in it.
    """
    explained = allocation.explanation
    official = sum(charge["amount_cents"] for charge in explained.get("charges", ()) if charge["code"] in OFFICIAL)
    gain, given = explained.get("gain_cents", 0), explained.get("given_cents", 0)
    unused, unused_tax = explained.get("unused_cents", 0), explained.get("unused_tax_cents", 0)
    key, on = allocation.source_key, allocation.effective_on
    billed = _entry(
        kind=f"{allocation.kind}_charged", source_key=key, on=on,
        debits={LedgerAccount.FEE_RECEIVABLE: allocation.amount_cents},
        credits={
            LedgerAccount.LEASE_RECEIVABLE: allocation.principal_cents,
            LedgerAccount.LEASE_INCOME: allocation.interest_cents,
            LedgerAccount.SALES_TAX_PAYABLE: allocation.tax_cents,
            LedgerAccount.OFFICIAL_FEES_PAYABLE: official,
            LedgerAccount.LEASE_END_INCOME: allocation.fees_cents - official,
        },
    )  # fmt: skip
    returned = _entry(
        kind="vehicle_taken_back", source_key=key, on=on,
        debits={
            LedgerAccount.VEHICLES_HELD: explained.get("vehicle_cents", 0),
            LedgerAccount.LEASE_END_RESULT: max(0, given - gain) + unused - unused_tax,
            LedgerAccount.SALES_TAX_PAYABLE: unused_tax,
        },
        credits={
            LedgerAccount.LEASE_RECEIVABLE: explained.get("vehicle_cents", 0) - gain,
            LedgerAccount.CUSTOMER_SUSPENSE: given + unused,
            LedgerAccount.LEASE_END_RESULT: max(0, gain - given),
        },
    )  # fmt: skip
    return tuple(entry for entry in (billed, returned) if entry is not None)


def reversal_entry(*, entry: JournalEntry, source_key: str) -> JournalEntry:
    """The entry that undoes another one, on the same effective date; the first one stays."""
    return JournalEntry(
        kind=f"{entry.kind}_reversed",
        source_key=source_key,
        effective_on=entry.effective_on,
        lines=tuple(
            JournalLine(line.account, debit_cents=line.credit_cents, credit_cents=line.debit_cents)
            for line in entry.lines
        ),
    )


def balances_cents(entries: Iterable[JournalEntry]) -> dict[LedgerAccount, int]:
    """Debits less credits per ledger account; accounts at zero are left out."""
    totals: dict[LedgerAccount, int] = {}
    for entry in entries:
        for line in entry.lines:
            totals[line.account] = totals.get(line.account, 0) + line.debit_cents - line.credit_cents
    return {account: cents for account, cents in totals.items() if cents}


def _acceptance(allocation: Allocation) -> JournalEntry:
    """Money taken but not yet settled, owed to the customer until it is allocated."""
    return JournalEntry(
        kind="payment_accepted",
        source_key=allocation.source_key,
        effective_on=allocation.effective_on,
        lines=(
            JournalLine(LedgerAccount.CLEARING, debit_cents=allocation.amount_cents),
            JournalLine(LedgerAccount.CUSTOMER_SUSPENSE, credit_cents=allocation.amount_cents),
        ),
    )


def _charge(allocation: Allocation) -> JournalEntry | None:
    return _entry(
        kind=f"{allocation.kind}_charged",
        source_key=allocation.source_key,
        on=allocation.effective_on,
        debits={LedgerAccount.FEE_RECEIVABLE: allocation.fees_cents},
        credits={LedgerAccount.FEE_INCOME: allocation.fees_cents},
    )


def _given_up(*, product: Product, allocation: Allocation) -> JournalEntry | None:
    balance = LedgerAccount.PRINCIPAL_RECEIVABLE if product == "loan" else LedgerAccount.LEASE_RECEIVABLE
    return _entry(
        kind=allocation.kind,
        source_key=allocation.source_key,
        on=allocation.effective_on,
        debits={
            GIVEN_UP[allocation.kind]: allocation.amount_cents,
            LedgerAccount.CUSTOMER_SUSPENSE: -allocation.unapplied_cents,
        },
        credits={
            LedgerAccount.INTEREST_RECEIVABLE: allocation.interest_cents,
            balance: allocation.principal_cents,
            LedgerAccount.FEE_RECEIVABLE: allocation.fees_cents,
        },
    )


def _recovery(allocation: Allocation) -> JournalEntry | None:
    """What was charged off is in no receivable any more: what comes back of it is income."""
    return _entry(
        kind="recovery",
        source_key=allocation.source_key,
        on=allocation.effective_on,
        debits={LedgerAccount.CUSTOMER_SUSPENSE: allocation.amount_cents - allocation.unapplied_cents},
        credits={
            LedgerAccount.RECOVERY_INCOME: allocation.principal_cents,
            LedgerAccount.FEE_RECEIVABLE: allocation.fees_cents,
        },
    )


def _owed_back(allocation: Allocation) -> JournalEntry | None:
    return _entry(
        kind="refund_owed",
        source_key=allocation.source_key,
        on=allocation.effective_on,
        debits={
            LedgerAccount.CUSTOMER_SUSPENSE: -allocation.unapplied_cents,
            LedgerAccount.PAYOFF_DRIFT: allocation.written_off_cents,
        },
        credits={LedgerAccount.REFUND_PAYABLE: -allocation.amount_cents},
    )


def _recognition(*, product: Product, allocation: Allocation) -> JournalEntry | None:
    if product == "loan":
        return _entry(
            kind="interest_recognised",
            source_key=allocation.source_key,
            on=allocation.effective_on,
            debits={LedgerAccount.INTEREST_RECEIVABLE: allocation.interest_recognised_cents},
            credits={LedgerAccount.INTEREST_INCOME: allocation.interest_recognised_cents},
        )
    return _entry(
        kind="rent_recognised",
        source_key=allocation.source_key,
        on=allocation.effective_on,
        debits={LedgerAccount.RENT_RECEIVABLE: allocation.interest_recognised_cents + allocation.tax_cents},
        credits={
            LedgerAccount.LEASE_INCOME: allocation.interest_recognised_cents,
            LedgerAccount.SALES_TAX_PAYABLE: allocation.tax_cents,
        },
    )


def _movement(*, product: Product, allocation: Allocation) -> JournalEntry | None:
    if product == "loan":
        interest, principal = LedgerAccount.INTEREST_RECEIVABLE, LedgerAccount.PRINCIPAL_RECEIVABLE
    else:
        interest, principal = LedgerAccount.RENT_RECEIVABLE, LedgerAccount.LEASE_RECEIVABLE
    return _entry(
        kind="payment_allocated",
        source_key=allocation.source_key,
        on=allocation.effective_on,
        debits={LedgerAccount.CUSTOMER_SUSPENSE: allocation.amount_cents - allocation.unapplied_cents},
        credits={
            interest: allocation.interest_cents + allocation.tax_cents,
            principal: allocation.principal_cents,
            LedgerAccount.FEE_RECEIVABLE: allocation.fees_cents,
        },
    )


def _entry(
    *,
    kind: str,
    source_key: str,
    on: date,
    debits: dict[LedgerAccount, int],
    credits: dict[LedgerAccount, int],
    remainder: LedgerAccount | None = None,
) -> JournalEntry | None:
    lines = [JournalLine(account, debit_cents=cents) for account, cents in debits.items() if cents]
    lines += [JournalLine(account, credit_cents=cents) for account, cents in credits.items() if cents]
    difference = sum(debits.values()) - sum(credits.values())
    if remainder is not None and difference > 0:
        lines.append(JournalLine(remainder, credit_cents=difference))
    if remainder is not None and difference < 0:
        lines.append(JournalLine(remainder, debit_cents=-difference))
    if not lines:
        return None
    return JournalEntry(kind=kind, source_key=source_key, effective_on=on, lines=tuple(lines))
