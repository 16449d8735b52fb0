"""Taking over a portfolio: the accounts in one transaction, then the leases among them in another.

A record that is wrong is told and left out; a file that breaks off leaves nothing. Should the leases' transaction fail,
the accounts are there: the same import again brings the leases in.
"""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import select

from chassis.clock import Clock
from chassis.context import as_service
from chassis.errors import Refusal
from chassis.keys import FieldCipher
from chassis.store import Database, Transaction
from deploy.portfolio.ahead import read_ahead
from deploy.portfolio.errors import MalformedPortfolio, OnRefusal, stop_at
from deploy.portfolio.records import Placed
from deploy.portfolio.spool import Spool
from services.accounts.contract.portfolio import PortfolioAccount
from services.accounts.contract.terms import LeaseTerms
from services.accounts.models import accounts
from services.accounts.operations import Opened, import_accounts
from services.accounts.queries import get_standing
from services.accounts.rules.schedule import due_on
from services.accounts.rules.shown import carried_standing
from services.leases.operations import TakenOver, import_leases

BATCH = 5_000

T = TypeVar("T")


@dataclass(frozen=True)
class TakenPortfolio:
    """What an import did; `by_status` counts the file's records that could be read."""

    created: int
    skipped: int
    refused: int
    leases: int
    by_status: Mapping[str, int]


@dataclass
class _Count:
    created: int = 0
    skipped: int = 0
    refused: int = 0
    leases: int = 0
    by_status: dict[str, int] = field(default_factory=dict)


def take_over(
    *,
    records: Iterable[Placed],
    urls: Mapping[str, str],
    keys: Path,
    clock: Clock,
    announce: bool,
    note_new: Callable[[PortfolioAccount], None] = lambda _: None,
    refused: OnRefusal = stop_at,
) -> TakenPortfolio:
    """Import every record that can be serviced. Raises what the reader raises, and then nothing has changed.

    `note_new` is told of each account that was not here yet, while the transaction is still open; `refused` of each
    record that cannot be taken over, and may raise to leave everything as it was.
    """
    cipher = FieldCipher(folder=keys, purpose="fields-accounts")
    with without_collector(), Spool[TakenOver]() as leases:
        taking = _Taking(clock=clock, cipher=cipher, announce=announce, note_new=note_new, refused=refused)
        with _database(urls, "accounts", clock=clock) as database, database.writing() as transaction:
            for batch in _batches(read_ahead(records)):
                for lease in taking.take(transaction, batch):
                    leases.add(lease)
        count = taking.count
        with _database(urls, "leases", clock=clock) as database, database.writing() as transaction:
            for taken in _batches(leases):
                count.leases += import_leases(transaction, records=taken, now=clock.now(), today=clock.today())
    return TakenPortfolio(**vars(count))


@contextmanager
def without_collector() -> Iterator[None]:
    """A batch holds no cycles and dies as soon as it is stored; looking for some takes a fifth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def _database(urls: Mapping[str, str], service: str, *, clock: Clock) -> Iterator[Database]:
    database = Database(url=urls[service], service=service, clock=clock)
    try:
        yield database
    finally:
        database.close()


def _batches(values: Iterable[T]) -> Iterator[list[T]]:
    remaining = iter(values)
    while batch := list(islice(remaining, BATCH)):
        yield batch


@dataclass
class _Taking:
    """One import under way."""

    clock: Clock
    cipher: FieldCipher
    announce: bool
    note_new: Callable[[PortfolioAccount], None]
    refused: OnRefusal
    count: _Count = field(default_factory=_Count)

    def take(self, transaction: Transaction, batch: Sequence[Placed]) -> list[TakenOver]:
        """Open a batch's new accounts; gives the leases among its accounts, new or known."""
        places = {placed.account.source_ref: placed.place for placed in batch}
        known = {placed.account.source_ref: placed.account for placed in batch if _is_lease(placed.account)}
        new: list[TakenOver] = []

        def opened(account: Opened) -> None:
            self.note_new(account.record)
            if known.pop(account.record.source_ref, None) is not None:
                new.append(self._new_lease(account))

        def refused(record: PortfolioAccount, refusal: Refusal) -> None:
            known.pop(record.source_ref, None)
            self.refused(MalformedPortfolio(place=places[record.source_ref], sentence=refusal.detail))

        imported = import_accounts(
            transaction, records=[placed.account for placed in batch], now=self.clock.now(), today=self.clock.today(),
            cipher=self.cipher, announce=self.announce, opened=opened, refused=refused,
        )  # fmt: skip
        self.count.created += imported.created
        self.count.skipped += imported.skipped
        self.count.refused += imported.refused
        for placed in batch:
            status = placed.account.status
            self.count.by_status[status] = self.count.by_status.get(status, 0) + 1
        return [*new, *self._known_leases(transaction, known)]

    def _new_lease(self, account: Opened) -> TakenOver:
        record = account.record
        standing = carried_standing(
            status=record.status, terms=record.terms, state=account.state, on=self.clock.today()
        )
        return _taken_over(record, account_id=account.account_id, standing=standing)

    def _known_leases(self, transaction: Transaction, records: Mapping[str, PortfolioAccount]) -> Iterator[TakenOver]:
        """Leases whose account was here before: leases may lack them when an earlier import ended in between."""
        columns = select(accounts.c.id, accounts.c.source_ref)
        for row in transaction.all(columns.where(accounts.c.source_ref.in_(list(records)))) if records else ():
            standing = get_standing(
                transaction, account_id=str(row["id"]), caller=as_service("leases"), today=self.clock.today()
            )
            yield _taken_over(records[row["source_ref"]], account_id=row["id"], standing=standing)


def _is_lease(record: PortfolioAccount) -> bool:
    return isinstance(record.terms, LeaseTerms)


def _taken_over(record: PortfolioAccount, *, account_id: Any, standing: Mapping[str, Any]) -> TakenOver:
    terms, details = record.terms, record.lease
    assert isinstance(terms, LeaseTerms), "only leases are taken over by leases"
    row: dict[str, Any] = {
        "account_id": account_id,
        "term_months": terms.term_months,
        "first_due_on": terms.first_due_on,
        "ends_on": due_on(terms=terms, number=terms.term_months + 1),
        "adjusted_capitalized_cost_cents": terms.adjusted_capitalized_cost_cents,
        "residual_cents": terms.residual_cents,
        "base_payment_cents": terms.base_payment_cents,
        "tax_cents": terms.tax_cents,
        "mileage_allowance_miles": details.mileage_allowance_miles if details else None,
        "excess_mile_cents": details.excess_mile_cents if details else None,
        "purchase_option_fee_cents": details.purchase_option_fee_cents if details else None,
        "disposition_fee_cents": details.disposition_fee_cents if details else None,
        "start_miles": details.start_miles if details else None,
        "gross_capitalized_cost_cents": details.gross_capitalized_cost_cents if details else None,
        "capitalized_cost_reduction_cents": details.capitalized_cost_reduction_cents if details else None,
        "vehicle": _vehicle_of(record),
    }
    return TakenOver(lease=row, status=standing["status"], past_due_cents=standing["past_due_cents"])


def _vehicle_of(record: PortfolioAccount) -> dict[str, Any]:
    """The vehicle as plain data."""
    return asdict(record.vehicle)
