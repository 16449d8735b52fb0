"""The customers of `bench http`: invented people, each with one account, loans and leases in turn."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from chassis.clock import Clock
from deploy.importing import take_over
from deploy.portfolio.demo import demo_portfolio
from deploy.portfolio.errors import Place
from deploy.portfolio.people import invented_person
from deploy.portfolio.records import Placed
from services.accounts.contract.portfolio import PortfolioAccount


def portfolio(*, count: int, on: date) -> list[PortfolioAccount]:
    """So many accounts as the demo's loan and lease stand on the date; everybody agreed to be texted."""
    patterns = demo_portfolio(on=on)[:2]
    return [_account(patterns[number % 2], number=number) for number in range(count)]


def import_portfolio(*, records: list[PortfolioAccount], urls: Mapping[str, str], keys: Path, clock: Clock) -> None:
    """Into the databases of accounts and leases, as the importer does it."""
    place = Path("bench http")
    placed = [Placed(Place(place, record=number), record) for number, record in enumerate(records, start=1)]
    take_over(records=placed, urls=urls, keys=keys, clock=clock, announce=False)


def _account(pattern: PortfolioAccount, *, number: int) -> PortfolioAccount:
    source_ref = f"bench/{number}"
    person = replace(invented_person(source_ref=source_ref, role="borrower"), sms_consent=True)
    return replace(pattern, source_ref=source_ref, account_number=f"BENCH-{number:04d}", parties=(person,))
