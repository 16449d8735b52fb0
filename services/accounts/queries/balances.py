"""What the books said of an account on a day that lies back."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from chassis.context import CallContext
from chassis.errors import NotFound
from chassis.store import Transaction
from services.accounts.models import accounts, journal_entries, journal_lines
from services.accounts.queries.reading import allowed_id
from services.accounts.rules.journal import LedgerAccount


def get_balances_at(
    transaction: Transaction,
    *,
    account_id: str,
    posted_on: date | None,
    effective_on: date | None,
    caller: CallContext,
) -> dict[str, Any]:
    """The balances at the end of a day: by `posted_on` as known then, by `effective_on` as known now.

    Raises NotFound.
    """
    identifier = allowed_id(caller, account_id)
    if transaction.value(select(accounts.c.id).where(accounts.c.id == identifier)) is None:
        raise NotFound()
    by_day = journal_entries.c.posted_on if posted_on is not None else journal_entries.c.effective_on
    ledger = _ledger(transaction, account_id=identifier, until=by_day <= (posted_on or effective_on))

    def of(*names: LedgerAccount) -> int:
        return sum(ledger.get(name.value, 0) for name in names)

    return {
        "account_id": account_id,
        "posted_on": posted_on,
        "effective_on": effective_on,
        "principal_balance_cents": of(LedgerAccount.PRINCIPAL_RECEIVABLE, LedgerAccount.LEASE_RECEIVABLE),
        "interest_receivable_cents": of(LedgerAccount.INTEREST_RECEIVABLE),
        "fees_due_cents": of(LedgerAccount.FEE_RECEIVABLE),
        "unapplied_cents": -of(LedgerAccount.CUSTOMER_SUSPENSE),
        "ledger": ledger,
    }


def _ledger(transaction: Transaction, *, account_id: UUID, until: ColumnElement[bool]) -> dict[str, int]:
    """Debits less credits by ledger account; accounts at zero are left out."""
    lines = journal_lines.c
    total = func.sum(lines.debit_cents - lines.credit_cents)
    rows = transaction.all(
        select(lines.ledger_account, total.label("cents"))
        .join(journal_entries, journal_entries.c.id == lines.entry_id)
        .where(journal_entries.c.account_id == account_id, until)
        .group_by(lines.ledger_account)
        .having(total != 0)
        .order_by(lines.ledger_account)
    )
    return {row["ledger_account"]: int(row["cents"]) for row in rows}
