"""The two databases a portfolio goes into, and what an import of a file did to them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sqlalchemy import select

from chassis.clock import FixedClock
from chassis.store import Database
from deploy.importing import TakenPortfolio, take_over
from deploy.portfolio.errors import MalformedPortfolio
from deploy.portfolio.reading import read_placed
from services.accounts.models import accounts
from services.leases.models import leases


@dataclass
class Stage:
    """Accounts and leases, empty, and the refusals of the last import."""

    accounts: Database
    leases: Database
    urls: dict[str, str]
    keys: Path
    clock: FixedClock
    refusals: list[MalformedPortfolio] = field(default_factory=list)

    def take(self, path: Path, *, business_on: date | None = None) -> TakenPortfolio:
        """Import a file, going on after each record that is wrong."""
        self.refusals = []
        records = read_placed(path, business_on=business_on, refused=self.refusals.append)
        return take_over(
            records=records, urls=self.urls, keys=self.keys, clock=self.clock, announce=False,
            refused=self.refusals.append,
        )  # fmt: skip

    def refused(self) -> list[str]:
        """The refusals as they are told."""
        return [str(refusal) for refusal in self.refusals]

    def account_refs(self) -> set[str]:
        """The source references of the accounts that are there."""
        with self.accounts.reading() as transaction:
            return {row["source_ref"] for row in transaction.all(select(accounts.c.source_ref))}

    def lease_count(self) -> int:
        """How many leases are stored."""
        with self.leases.reading() as transaction:
            return len(transaction.all(select(leases.c.account_id)))


def staged(
    databases: Callable[[str], Database], migrated: Callable[[str], str], *, keys: Path, clock: FixedClock
) -> Iterator[Stage]:
    """The stage of one test."""
    yield Stage(
        accounts=databases("accounts"),
        leases=databases("leases"),
        urls={service: migrated(service) for service in ("accounts", "leases")},
        keys=keys,
        clock=clock,
    )
