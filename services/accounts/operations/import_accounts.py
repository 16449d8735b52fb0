"""Take over a portfolio: every account with its terms, its opening balance and the journal entry of that balance."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, select

from chassis.errors import ConstraintViolated
from chassis.ids import new_id
from chassis.keys import FieldCipher
from chassis.store import Transaction
from services.accounts.contract import events
from services.accounts.contract.errors import AccountNotServiceable, AccountNumberTaken
from services.accounts.contract.portfolio import PortfolioAccount
from services.accounts.models import (
    account_events,
    account_parties,
    account_states,
    accounts,
    contract_terms,
    opening_as_stored,
    sealed_party,
    state_as_stored,
    terms_as_stored,
)
from services.accounts.operations.bulk import insert_all
from services.accounts.operations.posting import Posting, post, posting_of
from services.accounts.rules.engine import replay
from services.accounts.rules.journal import opening_entry
from services.accounts.rules.lease_yield import YieldNotSolvable, remaining_rows
from services.accounts.rules.shown import OPEN, carried_standing
from services.accounts.rules.state import AccountState
from services.accounts.rules.terms import InvalidTerms, LeaseTerms

BATCH = 500
CAUSE = "account_opened"


@dataclass(frozen=True)
class Imported:
    """How many accounts were taken over, and how many were there already."""

    created: int
    skipped: int


@dataclass
class _Rows:
    """What one batch inserts, table by table, in an order that every foreign key accepts."""

    accounts: list[dict[str, Any]] = field(default_factory=list)
    parties: list[dict[str, Any]] = field(default_factory=list)
    terms: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    states: list[dict[str, Any]] = field(default_factory=list)
    postings: list[Posting] = field(default_factory=list)

    def by_table(self) -> tuple[tuple[Table, list[dict[str, Any]]], ...]:
        return (
            (accounts, self.accounts),
            (account_parties, self.parties),
            (contract_terms, self.terms),
            (account_events, self.events),
            (account_states, self.states),
        )


def import_accounts(
    transaction: Transaction,
    *,
    records: Iterable[PortfolioAccount],
    now: datetime,
    today: date,
    cipher: FieldCipher,
    announce: bool = False,
) -> Imported:
    """Open every account that is not here yet, by `source_ref`; a second import of the same file changes nothing.

    `announce` tells `account_opened` for each new one. One transaction: give it a file in portions. Raises
    AccountNumberTaken when a number is in use under another `source_ref`, AccountNotServiceable when terms and opening
    do not fit; both name the record.
    """
    created = skipped = 0
    batch: list[PortfolioAccount] = []
    for record in records:
        batch.append(record)
        if len(batch) == BATCH:
            opened = _import_batch(transaction, batch, now=now, today=today, cipher=cipher, announce=announce)
            created, skipped, batch = created + opened, skipped + len(batch) - opened, []
    opened = _import_batch(transaction, batch, now=now, today=today, cipher=cipher, announce=announce)
    return Imported(created=created + opened, skipped=skipped + len(batch) - opened)


def _import_batch(
    transaction: Transaction,
    batch: Sequence[PortfolioAccount],
    *,
    now: datetime,
    today: date,
    cipher: FieldCipher,
    announce: bool,
) -> int:
    fresh = _fresh(transaction, batch)
    if not fresh:
        return 0
    rows = _Rows()
    opened = [(new_id(at=now), record, _opened_state(record)) for record in fresh]
    for account_id, record, state in opened:
        _add(rows, record, account_id=account_id, state=state, cipher=cipher, now=now)
    try:
        for table, values in rows.by_table():
            insert_all(transaction, table, values)
    except ConstraintViolated as violated:
        if violated.constraint not in ("uq_accounts_account_number", "uq_accounts_source_ref"):
            raise
        raise AccountNumberTaken("Another import took one of these accounts meanwhile. Import again.") from violated
    post(transaction, postings=rows.postings, today=today, now=now)
    if announce:
        for account_id, record, state in opened:
            _announce(transaction, record, account_id=account_id, state=state, today=today)
    return len(fresh)


def _fresh(transaction: Transaction, batch: Sequence[PortfolioAccount]) -> list[PortfolioAccount]:
    """The records whose account is not here yet, each `source_ref` once."""
    records = {record.source_ref: record for record in reversed(batch)}
    columns = select(accounts.c.source_ref, accounts.c.account_number)
    known = transaction.all(columns.where(accounts.c.source_ref.in_(list(records))))
    for row in known:
        del records[row["source_ref"]]
    numbers = [record.account_number for record in records.values()]
    taken = transaction.all(columns.where(accounts.c.account_number.in_(numbers))) if numbers else []
    owners = {row["account_number"]: row["source_ref"] for row in taken}
    for record in reversed(records.values()):
        owner = owners.setdefault(record.account_number, record.source_ref)
        if owner != record.source_ref:
            raise AccountNumberTaken(
                f"The account number of {record.source_ref} (ending in {record.account_number[-4:]}) belongs to "
                f"{owner}. Correct the number or the source reference, and import again."
            )
    return list(reversed(records.values()))


def _opened_state(record: PortfolioAccount) -> AccountState:
    try:
        state = replay(terms=record.terms, opening=record.opening, payments=())
        if record.status == OPEN and isinstance(record.terms, LeaseTerms):
            remaining_rows(terms=record.terms, opening=record.opening)
    except (InvalidTerms, YieldNotSolvable) as error:
        raise AccountNotServiceable(f"{record.source_ref}: {error} Correct the record and import again.") from error
    return state


def _add(
    rows: _Rows, record: PortfolioAccount, *, account_id: UUID, state: AccountState, cipher: FieldCipher, now: datetime
) -> None:
    on = record.opening.as_of_on
    rows.accounts.append(_account_row(record, account_id=account_id, now=now))
    for party in record.parties:
        party_id = new_id(at=now)
        sealed = sealed_party(cipher, party_id=party_id, party=party)
        known = {"id": party_id, "account_id": account_id, "role": party.role, "sms_consent": party.sms_consent}
        rows.parties.append({**known, **sealed})
    rows.terms.append(
        {"account_id": account_id, "version": 1, "effective_on": on, "terms": terms_as_stored(record.terms)}
    )
    rows.events.append(
        {
            "id": new_id(at=now),
            "account_id": account_id,
            "number": 1,
            "source_key": f"{CAUSE}:{record.source_ref}",
            "kind": "account_opened",
            "effective_on": on,
            "data": opening_as_stored(record.opening),
            "recorded_at": now,
        }
    )
    rows.states.append(
        {
            "account_id": account_id,
            "version": 1,
            "state": state_as_stored(state),
            "held_cents": 0,
            "updated_at": now,
        }
    )
    entry = opening_entry(product=record.product, opening=record.opening, source_key=CAUSE)
    if entry is not None:
        rows.postings.append(posting_of(entry, account_id=account_id, event_number=1))


def _account_row(record: PortfolioAccount, *, account_id: UUID, now: datetime) -> dict[str, Any]:
    return {
        "id": account_id,
        "account_number": record.account_number,
        "source_ref": record.source_ref,
        "product": record.product,
        "status": record.status,
        "state": record.state,
        "issuer": record.issuer,
        "vehicle": asdict(record.vehicle),
        "lease": None if record.lease is None else asdict(record.lease),
        "has_co_borrower": record.has_co_borrower,
        "charged_off_cents": record.charged_off_cents,
        "paperless": False,
        "opened_on": record.opened_on,
        "closed_on": record.closed_on,
        "created_at": now,
    }


def _announce(
    transaction: Transaction, record: PortfolioAccount, *, account_id: UUID, state: AccountState, today: date
) -> None:
    transaction.emit(
        events.account_opened,
        subject=str(account_id),
        data={
            "account_id": str(account_id),
            "product": record.product,
            "account_last4": record.account_number[-4:],
            "standing": carried_standing(status=record.status, terms=record.terms, state=state, on=today),
        },
    )
