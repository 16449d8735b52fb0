"""Customers of a running stack who can pay: registered over HTTP as anybody would, each with a bank account."""

import secrets
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from chassis.clock import WallClock
from deploy.bench.http_portfolio import import_portfolio, portfolio
from deploy.demo.client import Client, Mailbox, StepFailed, a_key
from deploy.demo.people import Person, register, sign_in_when_ready
from deploy.demo.story import BANK_ACCOUNT
from deploy.stack import StackProblem, StackRecord
from services.accounts.contract.portfolio import PortfolioAccount

AT_ONCE = 4


@dataclass(frozen=True)
class Customer:
    """Somebody with one account and one way to pay it."""

    person: Person
    client: Client
    account_id: str
    method_id: str
    product: str

    def sign_in(self) -> str:
        """A fresh access token, as an Authorization header."""
        self.client.sign_in(user_id=self.person.email, password=self.person.password)
        return self.client.authorization


def enrol(*, record: StackRecord, count: int) -> Sequence[Customer]:
    """New customers with new accounts. Raises StackProblem."""
    clock = WallClock(zone_name=record.time_zone)
    accounts = portfolio(count=count, on=clock.today())
    import_portfolio(records=accounts, urls=record.database_urls, keys=Path(record.keys), clock=clock)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda account: _enrolled(record, account), accounts))


def _enrolled(record: StackRecord, account: PortfolioAccount) -> Customer:
    party = account.parties[0]
    person = Person(
        first_name=party.first_name, last_name=party.last_name, account_number=account.account_number,
        ssn_last4=party.ssn_last4, email=str(party.email), phone=str(party.phone), password=secrets.token_urlsafe(18),
    )  # fmt: skip
    client = Client(url=record.url)
    try:
        register(client=client, mailbox=Mailbox(url=record.sandbox_url), person=person)
        sign_in_when_ready(client=client, person=person)
        mine = client.get("/v1/accounts")["data"][0]
        method = client.post("/v1/payment-methods", BANK_ACCOUNT, expect=201, headers={"Idempotency-Key": a_key()})
    except StepFailed as failure:
        raise StackProblem(f"A customer could not be enrolled: {failure}") from failure
    return Customer(
        person=person, client=client, account_id=mine["id"], method_id=method["id"], product=mine["product"]
    )
