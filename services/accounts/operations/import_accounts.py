"""Take over a portfolio: every account with its terms, its opening balance and the journal entry of that balance."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Column, ColumnElement, Text, any_, cast, select, text

from chassis.behind import WriteBehind
from chassis.bulk import Prepared, insert_prepared, prepared
from chassis.errors import ConstraintViolated, Refusal
from chassis.ids import new_ids
from chassis.keys import FieldCipher
from chassis.store import Transaction
from services.accounts.contract import events
from services.accounts.contract.errors import AccountNotServiceable, AccountNumberTaken
from services.accounts.contract.portfolio import PortfolioAccount, PortfolioLease, PortfolioVehicle
from services.accounts.models import (
    account_events,
    account_parties,
    account_states,
    accounts,
    agenda_as_stored,
    contract_terms,
    journal_entries,
    journal_lines,
    marks_as_stored,
    sealed_party,
    state_as_stored,
    terms_as_stored,
)
from services.accounts.operations.posting import Posting, posting_of, seal
from services.accounts.rules.agenda import next_action, taken_over
from services.accounts.rules.assessing import pack_of
from services.accounts.rules.delinquency import delinquent_since
from services.accounts.rules.engine import replay
from services.accounts.rules.journal import opening_entry
from services.accounts.rules.lease_yield import YieldNotSolvable, refuse_unserviceable
from services.accounts.rules.schedule import maturity_on
from services.accounts.rules.shown import OPEN, carried_standing
from services.accounts.rules.state import AccountState
from services.accounts.rules.terms import InvalidTerms, LeaseTerms

BATCH = 500
CAUSE = "account_opened"

TurnAway = Callable[[PortfolioAccount, Refusal], None]


@dataclass(frozen=True)
class Imported:
    """How many accounts were taken over, were there already, and could not be opened."""

    created: int
    skipped: int
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Opened:
    """A new account: its id, what it was opened with and the state that gives."""

    account_id: UUID
    record: PortfolioAccount
    state: AccountState


@dataclass
class _Rows:
    """What one batch inserts, table by table, in an order that every foreign key accepts; `ids` are for its rows."""

    ids: Iterator[UUID]
    accounts: list[dict[str, Any]] = field(default_factory=list)
    parties: list[dict[str, Any]] = field(default_factory=list)
    terms: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    states: list[dict[str, Any]] = field(default_factory=list)
    postings: list[Posting] = field(default_factory=list)

    def prepared(self, *, now: datetime, today: date) -> "_Batch":
        """The same as it is sent."""
        posted = seal(postings=self.postings, today=today, now=now, heads={})
        by_table = (
            (accounts, self.accounts), (account_parties, self.parties), (contract_terms, self.terms),
            (account_events, self.events), (account_states, self.states), (journal_entries, posted.entries),
            (journal_lines, posted.lines),
        )  # fmt: skip
        known = [(row["source_ref"], row["account_number"]) for row in self.accounts]
        return _Batch(known, [prepared(table, rows) for table, rows in by_table])


@dataclass
class _Batch:
    """What is on its way into the tables: source references with their numbers, and the rows."""

    known: Sequence[tuple[str, str]] = ()
    rows: Sequence[Prepared] = ()


@dataclass
class _Count:
    """What has become of the records so far; `told` hears of each that is turned away, else the first one is raised."""

    told: TurnAway | None
    seen: int = 0
    created: int = 0
    refused: int = 0

    def add(self, *, seen: int, created: int) -> None:
        self.seen += seen
        self.created += created

    def turn_away(self, record: PortfolioAccount, refusal: Refusal) -> None:
        if self.told is None:
            raise refusal
        self.refused += 1
        self.told(record, refusal)


def _nobody_listens(_: Any) -> None:
    pass


def import_accounts(
    transaction: Transaction,
    *,
    records: Iterable[PortfolioAccount],
    now: datetime,
    today: date,
    cipher: FieldCipher,
    announce: bool = False,
    opened: Callable[[Opened], None] = _nobody_listens,
    skipped: Callable[[Sequence[PortfolioAccount]], None] = _nobody_listens,
    refused: Callable[[PortfolioAccount, Refusal], None] | None = None,
) -> Imported:
    """Open every account that is not here yet, by `source_ref`; a second import of the same file changes nothing.

    `announce` tells `account_opened` for each new one, `opened` is told of it as well. `skipped` is told of those that
    are here, or come a second time, and may read by the transaction; accounts of this import are not all in it yet.
    A record is refused with AccountNumberTaken when its number is in use under another `source_ref`, with
    AccountNotServiceable when terms and opening do not fit; both name it. `refused` is told and the others are opened;
    without it the first one is raised.
    """
    count, unsaved = _Count(refused), _Batch()
    with WriteBehind() as behind:
        for batch in _batches(records):
            behind.finish()
            fresh, known = _sorted_out(transaction, batch, unsaved, count.turn_away)
            skipped(known)
            behind.start(partial(_store, transaction, unsaved))
            new = _opened(fresh, count.turn_away, now=now)
            unsaved = _rows_of(new, cipher=cipher, now=now, today=today).prepared(now=now, today=today)
            for account in new:
                opened(account)
                if announce:
                    _announce(transaction, account, today=today)
            count.add(seen=len(batch), created=len(new))
        behind.start(partial(_store, transaction, unsaved))
    return Imported(created=count.created, skipped=count.seen - count.created - count.refused, refused=count.refused)


def _batches(records: Iterable[PortfolioAccount]) -> Iterator[list[PortfolioAccount]]:
    remaining = iter(records)
    while batch := list(islice(remaining, BATCH)):
        yield batch


def _opened(fresh: Iterable[PortfolioAccount], turn_away: TurnAway, *, now: datetime) -> list[Opened]:
    opening = list(_serviceable(fresh, turn_away))
    ids = new_ids(at=now, count=len(opening))
    return [Opened(account_id, record, state) for account_id, (record, state) in zip(ids, opening, strict=True)]


def _rows_of(new: Sequence[Opened], *, cipher: FieldCipher, now: datetime, today: date) -> _Rows:
    rows = _Rows(ids=iter(new_ids(at=now, count=sum(1 + len(account.record.parties) for account in new))))
    for account in new:
        _add(rows, account, cipher=cipher, now=now, today=today)
    return rows


def _store(transaction: Transaction, batch: _Batch) -> None:
    try:
        for rows in batch.rows:
            insert_prepared(transaction, rows)
    except ConstraintViolated as violated:
        if violated.constraint not in ("uq_accounts_account_number", "uq_accounts_source_ref"):
            raise
        raise AccountNumberTaken("Another import took one of these accounts meanwhile. Import again.") from violated
    # At the commit the entries of a large file would be checked all at once, for longer than a statement may take.
    transaction.run(text("SET CONSTRAINTS ALL IMMEDIATE"))
    transaction.run(text("SET CONSTRAINTS ALL DEFERRED"))


def _sorted_out(
    transaction: Transaction, batch: Sequence[PortfolioAccount], unsaved: _Batch, turn_away: TurnAway
) -> tuple[list[PortfolioAccount], list[PortfolioAccount]]:
    """The records whose account is not here yet, each `source_ref` once and each number once; and those that are known.

    `unsaved` are on their way into the tables, and count as there.
    """
    records = {record.source_ref: record for record in reversed(batch)}
    columns = select(accounts.c.source_ref, accounts.c.account_number)
    known = transaction.all(columns.where(_is_any_of(accounts.c.source_ref, records)))
    here = {source_ref: record.account_number for source_ref, record in records.items()}
    for source_ref, number in (*((row["source_ref"], row["account_number"]) for row in known), *unsaved.known):
        if records.pop(source_ref, None) is not None:
            here[source_ref] = number
    again = [record for record in batch if records.get(record.source_ref) is not record]
    known_records = list(_the_same(again, here, turn_away))
    numbers = [record.account_number for record in records.values()]
    taken = transaction.all(columns.where(_is_any_of(accounts.c.account_number, numbers)))
    owners = {row["account_number"]: row["source_ref"] for row in taken}
    owners |= {number: source_ref for source_ref, number in unsaved.known}
    fresh = []
    for record in reversed(records.values()):
        owner = owners.setdefault(record.account_number, record.source_ref)
        if owner == record.source_ref:
            fresh.append(record)
            continue
        refusal = AccountNumberTaken(
            f"The account number of {record.source_ref} (ending in {record.account_number[-4:]}) belongs to "
            f"{owner}. Correct the number or the source reference, and import again."
        )
        turn_away(record, refusal)
    return fresh, known_records


def _the_same(
    again: Iterable[PortfolioAccount], here: Mapping[str, str], turn_away: TurnAway
) -> Iterator[PortfolioAccount]:  # fmt: skip
    """Of records whose `source_ref` is here already, by its number, those that do not mean another account."""
    for record in again:
        number = here[record.source_ref]
        if number == record.account_number:
            yield record
            continue
        refusal = AccountNumberTaken(
            f"{record.source_ref} is known already with an account number that ends in {number[-4:]}, not in "
            f"{record.account_number[-4:]}. Correct the number or the source reference, and import again."
        )
        turn_away(record, refusal)


def _is_any_of(column: Column[str], values: Iterable[str]) -> ColumnElement[bool]:
    # One array, where `in_` would compile a statement with hundreds of parameters for every batch.
    return column == any_(cast(list(values), ARRAY(Text)))


def _serviceable(
    records: Iterable[PortfolioAccount], turn_away: TurnAway
) -> Iterator[tuple[PortfolioAccount, AccountState]]:
    """Each record with the state it opens with, where the engine can service it from there."""
    for record in records:
        try:
            state = _opened_state(record)
        except (InvalidTerms, YieldNotSolvable) as error:
            turn_away(
                record, AccountNotServiceable(f"{record.source_ref}: {error} Correct the record and import again.")
            )
        else:
            yield record, state


def _opened_state(record: PortfolioAccount) -> AccountState:
    try:
        maturity_on(terms=record.terms)
    except (ValueError, OverflowError) as error:
        raise InvalidTerms("The contract ends beyond the calendar.") from error
    state = replay(terms=record.terms, opening=record.opening, payments=())
    if record.status == OPEN and isinstance(record.terms, LeaseTerms):
        refuse_unserviceable(terms=record.terms, opening=record.opening)
    return state


def _add(rows: _Rows, account: Opened, *, cipher: FieldCipher, now: datetime, today: date) -> None:
    account_id, record, state = account.account_id, account.record, account.state
    on = record.opening.as_of_on
    rows.accounts.append(_account_row(record, account_id=account_id, now=now))
    for party in record.parties:
        party_id = next(rows.ids)
        sealed = sealed_party(cipher, party_id=party_id, party=party)
        known = {"id": party_id, "account_id": account_id, "role": party.role, "sms_consent": party.sms_consent}
        rows.parties.append({**known, **sealed})
    rows.terms.append(
        {"account_id": account_id, "version": 1, "effective_on": on, "terms": terms_as_stored(record.terms)}
    )
    stored = state_as_stored(state)
    rows.events.append(
        {
            "id": next(rows.ids),
            "account_id": account_id,
            "number": 1,
            "source_key": f"{CAUSE}:{record.source_ref}",
            "kind": "account_opened",
            "effective_on": on,
            "data": stored["opening"],
            "recorded_at": now,
        }
    )
    rows.states.append(
        {
            "account_id": account_id,
            "version": 1,
            "state": stored,
            "held_cents": 0,
            "updated_at": now,
            **_agenda(record, state=state, today=today),
        }
    )
    entry = opening_entry(product=record.product, opening=record.opening, source_key=CAUSE)
    if entry is not None:
        rows.postings.append(posting_of(entry, account_id=account_id, event_number=1))


def _agenda(record: PortfolioAccount, *, state: AccountState, today: date) -> dict[str, Any]:
    """The first day that looks at the account is the day of its import, or a later one."""
    marks = taken_over(terms=record.terms, state=state, on=today)
    pack = pack_of(terms=record.terms, jurisdiction=record.state)
    action = next_action(status=record.status, terms=record.terms, state=state, pack=pack, marks=marks)
    since_on = delinquent_since(terms=record.terms, state=state, on=today) if record.status == OPEN else None
    return {**marks_as_stored(marks), **agenda_as_stored(action), "delinquent_since_on": since_on}


def _account_row(record: PortfolioAccount, *, account_id: UUID, now: datetime) -> dict[str, Any]:
    return {
        "id": account_id,
        "account_number": record.account_number,
        "source_ref": record.source_ref,
        "product": record.product,
        "status": record.status,
        "state": record.state,
        "issuer": record.issuer,
        "vehicle": _columns(record.vehicle),
        "lease": None if record.lease is None else _columns(record.lease),
        "has_co_borrower": record.has_co_borrower,
        "charged_off_cents": record.charged_off_cents,
        "paperless": False,
        "opened_on": record.opened_on,
        "closed_on": record.closed_on,
        "created_at": now,
    }


def _columns(part: PortfolioVehicle | PortfolioLease) -> dict[str, Any]:
    return {name: getattr(part, name) for name in part.__slots__}


def _announce(transaction: Transaction, account: Opened, *, today: date) -> None:
    record = account.record
    transaction.emit(
        events.account_opened,
        subject=str(account.account_id),
        data={
            "account_id": str(account.account_id),
            "product": record.product,
            "account_last4": record.account_number[-4:],
            "standing": carried_standing(status=record.status, terms=record.terms, state=account.state, on=today),
        },
    )
