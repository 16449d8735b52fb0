"""Taking over a portfolio: accounts in one transaction, then the leases among them. All of a file, or nothing of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from chassis.clock import Clock
from chassis.context import as_service
from chassis.keys import FieldCipher
from chassis.store import Database
from services.accounts.contract.portfolio import PortfolioAccount
from services.accounts.contract.terms import LeaseTerms
from services.accounts.models import accounts
from services.accounts.operations import import_accounts
from services.accounts.queries import get_standing
from services.accounts.rules.schedule import due_on
from services.leases.operations import TakenOver, import_leases


@dataclass(frozen=True)
class TakenPortfolio:
    """What an import did; `by_status` counts the file's records."""

    created: int
    skipped: int
    leases: int
    by_status: Mapping[str, int]


def take_over(
    *,
    records: Iterable[PortfolioAccount],
    urls: Mapping[str, str],
    keys: Path,
    clock: Clock,
    announce: bool,
    note_new: Callable[[PortfolioAccount], None] = lambda _: None,
) -> TakenPortfolio:
    """Import every record. Raises what the reader raises, and then nothing has changed.

    `note_new` is told of each account that was not here yet, while the transaction is still open.
    """
    counted: dict[str, int] = {}
    known: set[str] = set()
    leases: list[PortfolioAccount] = []

    def noted() -> Iterator[PortfolioAccount]:
        for record in records:
            counted[record.status] = counted.get(record.status, 0) + 1
            if isinstance(record.terms, LeaseTerms):
                leases.append(record)
            if record.source_ref not in known:
                note_new(record)
            yield record

    cipher = FieldCipher(folder=keys, purpose="fields-accounts")
    accounts_database = Database(url=urls["accounts"], service="accounts", clock=clock)
    now, today = clock.now(), clock.today()
    with accounts_database.writing() as transaction:
        known = {row["source_ref"] for row in transaction.all(select(accounts.c.source_ref))}
        imported = import_accounts(transaction, records=noted(), now=now, today=today, cipher=cipher, announce=announce)
    leases_database = Database(url=urls["leases"], service="leases", clock=clock)
    taken = [_lease_of(accounts_database, record, clock=clock) for record in leases]
    with leases_database.writing() as transaction:
        added = import_leases(transaction, records=taken, now=now, today=today)
    return TakenPortfolio(created=imported.created, skipped=imported.skipped, leases=added, by_status=counted)


def _lease_of(database: Database, record: PortfolioAccount, *, clock: Clock) -> TakenOver:
    terms, details = record.terms, record.lease
    assert isinstance(terms, LeaseTerms), "only leases are noted"
    with database.reading() as transaction:
        account_id = transaction.value(select(accounts.c.id).where(accounts.c.source_ref == record.source_ref))
        standing = get_standing(
            transaction, account_id=str(account_id), caller=as_service("leases"), today=clock.today()
        )
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
        "vehicle": _vehicle_of(record),
    }
    return TakenOver(lease=row, status=standing["status"], past_due_cents=standing["past_due_cents"])


def _vehicle_of(record: PortfolioAccount) -> dict[str, Any]:
    """The vehicle as plain data."""
    vehicle = record.vehicle
    return {"vin": vehicle.vin, "year": vehicle.year, "make": vehicle.make, "model": vehicle.model}
