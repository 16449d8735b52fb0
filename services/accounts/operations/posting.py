"""The only writer of the journal: entries are added and, where they prove wrong, reversed; every posting has a key."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from chassis.bulk import insert_all
from chassis.ids import new_ids
from chassis.store import Transaction
from services.accounts.models import CONTROL_ACCOUNTS, journal_entries, journal_lines
from services.accounts.rules.chain import START, ChainHead, sealed
from services.accounts.rules.journal import JournalEntry, JournalLine, LedgerAccount, reversal_entry

_NEWEST_HEADS = text("""
    SELECT DISTINCT ON (account_id) account_id, chain_number, chain_digest FROM journal_entries
    WHERE account_id = ANY(CAST(:ids AS uuid[])) AND chain_number IS NOT NULL
    ORDER BY account_id, chain_number DESC
""")
_STANDING = text("""
    SELECT e.id, e.account_id, e.source_key, e.cause_key, e.kind, e.effective_on, (
        SELECT json_agg(json_build_array(l.ledger_account, l.debit_cents, l.credit_cents) ORDER BY l.number)
        FROM journal_lines l WHERE l.entry_id = e.id
    ) AS lines
    FROM unnest(CAST(:account_ids AS uuid[]), CAST(:cause_keys AS text[])) AS w (account_id, cause_key)
    JOIN journal_entries e ON e.account_id = w.account_id AND e.cause_key = w.cause_key
    WHERE e.reverses_id IS NULL AND NOT EXISTS (SELECT FROM journal_entries r WHERE r.reverses_id = e.id)
    ORDER BY e.id
""")


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


@dataclass(frozen=True, kw_only=True)
class Sealed:
    """Rows of entries and their lines, ready to be added, and the heads that the accounts' chains have after them."""

    entries: Sequence[Mapping[str, Any]]
    lines: Sequence[Mapping[str, Any]]
    heads: dict[UUID, ChainHead]


def post(
    transaction: Transaction,
    *,
    postings: Sequence[Posting],
    today: date,
    now: datetime,
    heads: Mapping[UUID, ChainHead] | None = None,
) -> dict[UUID, ChainHead]:
    """Add entries and their lines; gives the new head of each account's chain.

    `heads` are the heads before; an account that is not among them has no entry yet. Raises ConstraintViolated for a
    key posted before.
    """
    added = seal(postings=postings, today=today, now=now, heads=heads or {})
    insert_all(transaction, journal_entries, added.entries)
    insert_all(transaction, journal_lines, added.lines)
    return added.heads


def seal(
    *, postings: Sequence[Posting], today: date, now: datetime, heads: Mapping[UUID, ChainHead]
) -> Sealed:  # fmt: skip
    """The rows that postings give, each entry sealed after the one before it."""
    reached = dict(heads)
    entries, lines = [], []
    for entry_id, posting in zip(new_ids(at=now, count=len(postings)), postings, strict=True):
        row = _entry_row(entry_id, posting, today, now)
        head = _sealed(reached.get(posting.account_id, START), posting, row)
        reached[posting.account_id] = head
        entries.append({**row, "chain_number": head.number, "chain_digest": head.digest})
        lines += _line_rows(row["id"], posting)
    return Sealed(entries=entries, lines=lines, heads=reached)


def newest_head(transaction: Transaction, *, account_id: UUID) -> ChainHead:
    """The head of an account's chain as the journal has it."""
    columns = (journal_entries.c.chain_number, journal_entries.c.chain_digest)
    row = transaction.one(
        select(*columns)
        .where(journal_entries.c.account_id == account_id, journal_entries.c.chain_number.is_not(None))
        .order_by(journal_entries.c.chain_number.desc())
        .limit(1)
    )
    return START if row is None else ChainHead(row["chain_number"], bytes(row["chain_digest"]))


def newest_heads(transaction: Transaction, *, account_ids: Collection[UUID]) -> dict[UUID, ChainHead]:
    """The same for many accounts; those that have no entry yet are left out."""
    if not account_ids:
        return {}
    rows = transaction.all(_NEWEST_HEADS, {"ids": [str(account_id) for account_id in account_ids]})
    return {row["account_id"]: ChainHead(row["chain_number"], bytes(row["chain_digest"])) for row in rows}


def reversals(
    transaction: Transaction, *, wrong: Mapping[UUID, Mapping[str, Collection[str]]]
) -> dict[UUID, list[Posting]]:
    """By account, the postings that undo standing entries; `wrong` names their kinds by account and cause."""
    if not wrong:
        return {}
    pairs = [(str(account_id), cause_key) for account_id, kinds in wrong.items() for cause_key in kinds]
    account_ids, cause_keys = zip(*pairs, strict=True)
    found: dict[UUID, list[Posting]] = {}
    for row in transaction.all(_STANDING, {"account_ids": list(account_ids), "cause_keys": list(cause_keys)}):
        if row["kind"] in wrong[row["account_id"]][row["cause_key"]]:
            found.setdefault(row["account_id"], []).append(_reversal(row))
    return found


def _sealed(head: ChainHead, posting: Posting, row: Mapping[str, Any]) -> ChainHead:
    return sealed(
        head,
        source_key=row["source_key"],
        account_id=row["account_id"],
        cause_key=row["cause_key"],
        kind=row["kind"],
        posted_on=row["posted_on"],
        effective_on=row["effective_on"],
        reverses_id=row["reverses_id"],
        created_at=row["created_at"],
        lines=posting.entry.lines,
    )


def _reversal(row: Mapping[str, Any]) -> Posting:
    lines = tuple(
        JournalLine(LedgerAccount(account), debit_cents=debit_cents, credit_cents=credit_cents)
        for account, debit_cents, credit_cents in row["lines"]
    )
    wrong = JournalEntry(kind=row["kind"], source_key=row["cause_key"], effective_on=row["effective_on"], lines=lines)
    return Posting(
        account_id=row["account_id"],
        cause_key=row["cause_key"],
        key=f"{row['source_key']}:reversed",
        entry=reversal_entry(entry=wrong, source_key=row["cause_key"]),
        reverses_id=row["id"],
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
            "ledger_account": str(line.account),
            "account_id": posting.account_id if line.account in CONTROL_ACCOUNTS else None,
            "debit_cents": line.debit_cents,
            "credit_cents": line.credit_cents,
        }
        for number, line in enumerate(posting.entry.lines, start=1)
    ]
