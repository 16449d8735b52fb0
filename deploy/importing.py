"""Taking over a portfolio: the accounts in one transaction, then the leases among them in another.

A record that is wrong is told and left out; a file that breaks off leaves nothing. Should the leases' transaction fail,
the accounts are there: the same import again brings the leases in.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import select

from chassis.clock import Clock
from chassis.context import as_service
from chassis.errors import Refusal
from chassis.keys import FieldCipher
from chassis.store import Database, Transaction
from deploy.collecting import without_collector
from deploy.portfolio.ahead import read_ahead
from deploy.portfolio.errors import MalformedPortfolio, OnRefusal, Place, stop_at
from deploy.portfolio.records import Placed
from deploy.portfolio.spool import Spool
from services.accounts.contract.errors import AccountNumberTaken
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
        with _database(urls, "accounts", clock=clock) as database, database.writing() as transaction:
            taking = _Taking(
                transaction=transaction, today=clock.today(), leases=leases, note_new=note_new, told=refused
            )
            imported = import_accounts(
                transaction, records=taking.records(read_ahead(records)), now=clock.now(), today=clock.today(),
                cipher=cipher, announce=announce, opened=taking.opened, skipped=taking.skipped, refused=taking.refused,
            )  # fmt: skip
        count = 0
        with _database(urls, "leases", clock=clock) as database, database.writing() as transaction:
            for taken in _batches(leases):
                count += import_leases(transaction, records=taken, now=clock.now(), today=clock.today())
    return TakenPortfolio(**vars(imported), leases=count, by_status=taking.by_status)


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
    """One import under way: where its records stand, and which of its accounts, new or known, are leases."""

    transaction: Transaction
    today: date
    leases: Spool[TakenOver]
    note_new: Callable[[PortfolioAccount], None]
    told: OnRefusal
    by_status: dict[str, int] = field(default_factory=dict)
    _places: dict[int, Place] = field(default_factory=dict)

    def records(self, read: Iterable[Placed]) -> Iterator[PortfolioAccount]:
        for placed in read:
            account = placed.account
            self._places[id(account)] = placed.place
            self.by_status[account.status] = self.by_status.get(account.status, 0) + 1
            yield account

    def opened(self, account: Opened) -> None:
        record = account.record
        self._places.pop(id(record))
        self.note_new(record)
        if _is_lease(record):
            standing = carried_standing(
                status=record.status, terms=record.terms, state=account.state, on=self.today
            )  # fmt: skip
            self.leases.add(_taken_over(record, account_id=account.account_id, standing=standing))

    def refused(self, record: PortfolioAccount, refusal: Refusal) -> None:
        field = "account_number" if isinstance(refusal, AccountNumberTaken) else "terms"
        self.told(MalformedPortfolio(place=self._places.pop(id(record)), field=field, sentence=refusal.detail))

    def skipped(self, records: Sequence[PortfolioAccount]) -> None:
        """Leases whose account was here before: leases may lack them when an earlier import ended in between."""
        for record in records:
            self._places.pop(id(record))
        known = {record.source_ref: record for record in records if _is_lease(record)}
        columns = select(accounts.c.id, accounts.c.source_ref)
        for row in self.transaction.all(columns.where(accounts.c.source_ref.in_(list(known)))) if known else ():
            standing = get_standing(
                self.transaction, account_id=str(row["id"]), caller=as_service("leases"), today=self.today
            )
            self.leases.add(_taken_over(known[row["source_ref"]], account_id=row["id"], standing=standing))


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
