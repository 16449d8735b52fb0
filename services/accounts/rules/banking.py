"""What banks move is booked apart from what accounts owe: it changes cash, and no balance of a customer's."""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from services.accounts.rules.journal import JournalEntry, JournalLine, LedgerAccount

MovementKind = Literal[
    "settled", "returned", "payment_refunded", "refund_paid", "refund_came_back", "payment_came_back"
]

SIDES: Mapping[MovementKind, tuple[LedgerAccount, LedgerAccount]] = {
    "settled": (LedgerAccount.CASH, LedgerAccount.CLEARING),
    "returned": (LedgerAccount.CLEARING, LedgerAccount.CASH),
    "payment_refunded": (LedgerAccount.CLEARING, LedgerAccount.CASH),
    "refund_paid": (LedgerAccount.REFUND_PAYABLE, LedgerAccount.CASH),
    "refund_came_back": (LedgerAccount.CASH, LedgerAccount.REFUND_PAYABLE),
    "payment_came_back": (LedgerAccount.CASH, LedgerAccount.CLEARING),
}
"""By kind, which ledger account is debited and which is credited."""


def movement_entry(*, kind: MovementKind, source_key: str, amount_cents: int, moved_on: date) -> JournalEntry:
    """The entry of one movement."""
    debited, credited = SIDES[kind]
    return JournalEntry(
        kind=f"bank_{kind}",
        source_key=source_key,
        effective_on=moved_on,
        lines=(JournalLine(debited, debit_cents=amount_cents), JournalLine(credited, credit_cents=amount_cents)),
    )
