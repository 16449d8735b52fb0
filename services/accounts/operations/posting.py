"""The only writer of the journal: entries are added and, where they prove wrong, reversed; every posting has a key."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.ids import new_id
from chassis.store import Transaction
from services.accounts.models import CONTROL_ACCOUNTS, journal_entries, journal_lines
from services.accounts.operations.bulk import insert_all
from services.accounts.rules.journal import JournalEntry, JournalLine, LedgerAccount, reversal_entry

ACCEPTED = "payment_accepted"


@dataclass(frozen=True, kw_only=True)
class Posting:
    """An entry with its permanent key. `cause_key` is the event or allocation on whose account it is made."""

    account_id: UUID
    cause_key: str
    key: str
    entry: JournalEntry
    reverses_id: UUID | None = None


def posting_of(entry: JournalEntry, *, account_id: UUID, event_number: int) -> Posting:
    """The posting of what an event of the account, or an allocation that the event changed, gives."""
    key = f"{account_id}:{entry.kind}:{entry.source_key}:{event_number}"
    return Posting(account_id=account_id, cause_key=entry.source_key, key=key, entry=entry)


def post(transaction: Transaction, *, postings: Sequence[Posting], today: date, now: datetime) -> int:
    """Add entries and their lines; gives the number of entries. Raises ConstraintViolated for a key posted before."""
    identified = [(new_id(at=now), posting) for posting in postings]
    entries = [_entry_row(entry_id, posting, today, now) for entry_id, posting in identified]
    lines = [row for entry_id, posting in identified for row in _line_rows(entry_id, posting)]
    insert_all(transaction, journal_entries, entries)
    insert_all(transaction, journal_lines, lines)
    return len(entries)


def reversals(transaction: Transaction, *, account_id: UUID, cause_keys: Iterable[str]) -> list[Posting]:
    """The postings that undo every standing entry of these allocations; the acceptance of the money stays."""
    reversed_too = journal_entries.alias("reversal")
    statement = (
        select(
            journal_entries, journal_lines.c.ledger_account, journal_lines.c.debit_cents, journal_lines.c.credit_cents
        )
        .join(journal_lines, journal_lines.c.entry_id == journal_entries.c.id)
        .outerjoin(reversed_too, reversed_too.c.reverses_id == journal_entries.c.id)
        .where(journal_entries.c.account_id == account_id, journal_entries.c.cause_key.in_(list(cause_keys)))
        .where(journal_entries.c.kind != ACCEPTED, journal_entries.c.reverses_id.is_(None), reversed_too.c.id.is_(None))
        .order_by(journal_entries.c.id, journal_lines.c.number)
    )
    standing: dict[UUID, list[Mapping[str, Any]]] = {}
    for row in transaction.all(statement):
        standing.setdefault(row["id"], []).append(row)
    return [_reversal(rows) for rows in standing.values()]


def _reversal(rows: Sequence[Mapping[str, Any]]) -> Posting:
    first = rows[0]
    lines = tuple(
        JournalLine(
            LedgerAccount(row["ledger_account"]), debit_cents=row["debit_cents"], credit_cents=row["credit_cents"]
        )
        for row in rows
    )
    wrong = JournalEntry(
        kind=first["kind"], source_key=first["cause_key"], effective_on=first["effective_on"], lines=lines
    )
    return Posting(
        account_id=first["account_id"],
        cause_key=first["cause_key"],
        key=f"{first['source_key']}:reversed",
        entry=reversal_entry(entry=wrong, source_key=first["cause_key"]),
        reverses_id=first["id"],
    )


def _entry_row(entry_id: UUID, posting: Posting, today: date, now: datetime) -> dict[str, Any]:
    return {
        "id": entry_id,
        "source_key": posting.key,
        "account_id": posting.account_id,
        "cause_key": posting.cause_key,
        "kind": posting.entry.kind,
        "posted_on": today,
        "effective_on": posting.entry.effective_on,
        "reverses_id": posting.reverses_id,
        "created_at": now,
    }


def _line_rows(entry_id: UUID, posting: Posting) -> list[dict[str, Any]]:
    return [
        {
            "entry_id": entry_id,
            "number": number,
            "ledger_account": line.account.value,
            "account_id": posting.account_id if line.account in CONTROL_ACCOUNTS else None,
            "debit_cents": line.debit_cents,
            "credit_cents": line.credit_cents,
        }
        for number, line in enumerate(posting.entry.lines, start=1)
    ]
