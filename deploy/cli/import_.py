"""Take over a portfolio: JSON Lines, CSV, or SEC Schedule AL XML."""

import csv
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deploy.cli._options import data_option
from deploy.portfolio.apart import ReadingEnded, read_apart
from deploy.portfolio.errors import MalformedPortfolio, Place
from deploy.portfolio.records import Placed
from deploy.postgres.databases import reachable_databases
from deploy.stack import DataFolder, StackProblem, clock_of
from services.accounts.contract.errors import AccountNumberTaken
from services.accounts.contract.portfolio import PortfolioAccount

if TYPE_CHECKING:
    from deploy.importing import TakenPortfolio

PEOPLE_COLUMNS = ("account_number", "product", "status", "first_name", "last_name", "ssn_last4", "phone")


@click.command(name="import")
@click.argument("file", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False, readable=True))
@click.option("--demo", is_flag=True, help="Import our own demo portfolio instead of a file.")
@click.option("--as-reported", is_flag=True, help="Keep the file's dates instead of shifting them to last month.")
@click.option("--demo-customers", is_flag=True, help="Attach invented people to accounts that name nobody.")
@click.option(
    "--people", type=click.Path(path_type=Path), help="Write who may register for the new accounts to this CSV file."
)
@click.option("--announce", is_flag=True, help="Tell account_opened for every new account.")
@click.option("--pool", help="Name of a published pool; by default the file's name without its month.")
@data_option
def command(
    file: Path | None,
    demo: bool,
    as_reported: bool,
    demo_customers: bool,
    people: Path | None,
    announce: bool,
    pool: str | None,
    data: Path,
) -> None:
    """Take over a portfolio: JSON Lines, CSV, or SEC Schedule AL XML.

    Each record that is wrong is named with its line, its field and the reason, and the others are imported; exit code
    1 says that there were some. A file that cannot be read to its end is not imported at all. Accounts that are here
    already are skipped, so a file may be imported again. Dates shift so that the file's last month is the last one.
    What is closed stays closed, what is absent stays absent. deploy/portfolio/README.md describes the forms.
    """
    from deploy.importing import take_over

    if demo == (file is not None):
        raise StackProblem("Name one file to import, or give --demo.")
    folder = DataFolder(data)
    clock = clock_of(folder, environment=os.environ)
    refusals = _Refusals()
    records = _demo(on=clock.today()) if file is None else read_apart(
        file, business_on=None if as_reported else clock.today(), demo_customers=demo_customers, pool=pool,
        refused=refusals.tell, moved=lambda how: click.echo(str(how)),
    )  # fmt: skip
    try:
        with reachable_databases(folder=folder, environment=os.environ) as urls, _people_list(people) as note:
            keys = Path(os.environ.get("KEYS_DIR", folder.keys))
            taken = take_over(
                records=records, urls=urls, keys=keys, clock=clock, announce=announce, note_new=note,
                refused=refusals.tell)  # fmt: skip
    except (MalformedPortfolio, AccountNumberTaken, ReadingEnded) as problem:
        raise StackProblem(f"Nothing was imported. {problem}") from problem
    _say_what_was_taken(taken)
    if refusals.count:
        click.echo(f"records refused: {refusals.count}")
        sys.exit(1)


def _say_what_was_taken(taken: "TakenPortfolio") -> None:
    statuses = ", ".join(f"{count} {status}" for status, count in sorted(taken.by_status.items()))
    click.echo(
        f"imported {taken.created} accounts, {taken.skipped} were here already; the file has {statuses or 'none'}"
    )
    click.echo(f"leases taken over: {taken.leases}")


class _Refusals:
    """Tells each record that is left out, where it stands and why, as soon as it is met."""

    def __init__(self) -> None:
        self.count = 0

    def tell(self, refusal: MalformedPortfolio) -> None:
        self.count += 1
        click.echo(f"refused {refusal}", err=True)


def _demo(*, on: date) -> Iterator[Placed]:
    from deploy.portfolio.demo import demo_portfolio

    for number, account in enumerate(demo_portfolio(on=on), start=1):
        yield Placed(Place(Path("demo portfolio"), record=number), account)


@contextmanager
def _people_list(people: Path | None) -> Iterator[Callable[[PortfolioAccount], None]]:
    """Takes down who may register for new accounts; the file appears when the import is done, or not at all."""
    if people is None:
        yield lambda _: None
        return
    unfinished = people.with_name(f"{people.name}.unfinished")
    try:
        with unfinished.open("w", newline="") as stream:
            unfinished.chmod(0o600)
            writer = csv.writer(stream)
            writer.writerow(PEOPLE_COLUMNS)
            yield lambda account: writer.writerows(_people_of(account))
        unfinished.replace(people)
    finally:
        unfinished.unlink(missing_ok=True)


def _people_of(account: PortfolioAccount) -> Iterator[tuple[str, ...]]:
    for party in account.parties:
        yield (
            account.account_number, account.product, account.status, party.first_name, party.last_name,
            party.ssn_last4, party.phone,
        )  # fmt: skip
