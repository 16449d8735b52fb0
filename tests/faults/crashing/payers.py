"""Customers who pay over HTTP as good clients do: every request has a key and is repeated until it is answered."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import uuid4

import requests

from deploy.demo.client import Client, Mailbox
from deploy.demo.people import ACCEPTED_TERMS, Person, register, sign_in_when_ready
from tests.faults.crashing.debtors import Debtor

ANSWER_SECONDS_MAX = 90.0
REQUEST_SECONDS_MAX = 10.0
AMOUNT_CENTS_MIN = 101
POSTED, DECLINED = "posted", "declined"


@dataclass(frozen=True)
class Source:
    """What a customer pays with, and what the sandbox makes of every charge to it."""

    name: str
    outcome: str
    body: Mapping[str, Any]


def _card(name: str, outcome: str, token: str) -> Source:
    return Source(name, outcome, {"type": "card", "processor_token": token})


def _bank_account(name: str, outcome: str, number: str) -> Source:
    return Source(
        name, outcome,
        {
            "type": "bank_account", "routing_number": "021000021", "account_number": number,
            "account_type": "checking", "holder_name": "A Debtor",
        },
    )  # fmt: skip


CARD = _card("card", POSTED, "tok_approved_crash")
BANK = _bank_account("bank account", POSTED, "000123456789")
REFUSED = _card("card without money", DECLINED, "tok_declined_crash")
CHARGED_UNHEARD = _card("card, times out charged", POSTED, "tok_timeout_charged_crash")
UNCHARGED_UNHEARD = _bank_account("bank account, times out uncharged", DECLINED, "000222222227")

SOURCES = (CARD, BANK, REFUSED, CHARGED_UNHEARD, UNCHARGED_UNHEARD)
USUAL = (CARD, BANK, CARD, BANK, REFUSED)
UNHEARD = (CHARGED_UNHEARD, UNCHARGED_UNHEARD, CARD, BANK)


@dataclass(frozen=True)
class Payment:
    """One wish to pay. No other payment of the run has its amount, so whatever came of it is known by that."""

    account_id: str
    product: str
    amount_cents: int
    outcome: str
    email: str
    phone: str
    id: str | None


class Customer:
    """Somebody with a log-in, two accounts and every kind of payment method."""

    def __init__(self, *, url: str, debtor: Debtor) -> None:
        self.person, self._url = debtor.person, url
        self._lease_number = debtor.lease_number
        self._sessions = threading.local()
        self._authorization = ""
        self.accounts: dict[str, str] = {}
        self.methods: dict[str, str] = {}

    def enrol(self, *, mailbox: Mailbox) -> None:
        """Register, verify, sign in, link the lease, add the payment methods."""
        client = Client(url=self._url)
        register(client=client, mailbox=mailbox, person=self.person)
        sign_in_when_ready(client=client, person=self.person)
        link = {"account_number": self._lease_number, "ssn_last4": self.person.ssn_last4}
        client.post("/v1/me/accounts", link, expect=201)
        self.sign_in()
        self.accounts = {row["product"]: row["id"] for row in self.get("/v1/accounts").json()["data"]}
        assert set(self.accounts) == {"loan", "lease"}
        for source in SOURCES:
            added = self.send("POST", "/v1/payment-methods", json=source.body, key=str(uuid4()))
            assert added is not None
            assert added.status_code == 201, added.text
            self.methods[source.name] = added.json()["id"]

    def sign_in(self) -> None:
        answer = self._once(
            "POST", "/v1/sessions", json={"user_id": self.person.email, "password": self.person.password}
        )
        answer.raise_for_status()
        self._authorization = f"Bearer {answer.json()['access_token']}"

    def get(self, path: str) -> requests.Response:
        """One question, asked once."""
        return self._once("GET", path)

    def send(self, method: str, path: str, *, json: Mapping[str, Any], key: str) -> requests.Response | None:
        """Repeat with one key until there is an answer that a repetition would not change; None when that is never."""
        ends_at, pause = time.monotonic() + ANSWER_SECONDS_MAX, 0.1
        while time.monotonic() < ends_at:
            with suppress(requests.RequestException):
                answer = self._once(method, path, json=json, headers={"Idempotency-Key": key})
                if answer.status_code == 401:
                    self.sign_in()
                elif answer.status_code not in (409, 429) and answer.status_code < 500:
                    return answer
            time.sleep(pause)
            pause = min(pause * 1.5, 1.0)
        return None

    def pay(self, *, product: str, amount_cents: int, source: Source) -> Payment:
        """Submit one payment until it is answered."""
        account_id = self.accounts[product]
        answer = self.send(
            "POST", f"/v1/accounts/{account_id}/payments", key=str(uuid4()),
            json={"amount_cents": amount_cents, "payment_method_id": self.methods[source.name], "pay_anyway": True},
        )  # fmt: skip
        if answer is not None:
            assert answer.status_code == 201, answer.text
        return Payment(
            account_id=account_id, product=product, amount_cents=amount_cents, outcome=source.outcome,
            email=self.person.email, phone=self.person.phone, id=answer.json()["id"] if answer is not None else None,
        )  # fmt: skip

    def look_around(self) -> None:
        """What a customer does besides paying. A silent service is not waited for."""
        with suppress(requests.RequestException):
            self.get(f"/v1/leases/{self.accounts['lease']}/lease-end")
            self.get(f"/v1/accounts/{self.accounts['loan']}")

    def come_again(self) -> None:
        """Sign in, and register once more: identity looks for the account and has a mail sent."""
        person: Person = self.person
        body = {
            "account_number": person.account_number, "first_name": person.first_name, "last_name": person.last_name,
            "email": person.email, "ssn_last4": person.ssn_last4, "password": person.password,
            "accepted_terms": ACCEPTED_TERMS,
        }  # fmt: skip
        with suppress(requests.RequestException):
            self._once("POST", "/v1/registrations", json=body)
            self.sign_in()

    def _once(self, method: str, path: str, **options: Any) -> requests.Response:
        if not hasattr(self._sessions, "own"):
            self._sessions.own = requests.Session()
        session: requests.Session = self._sessions.own
        headers = {"Authorization": self._authorization, **options.pop("headers", {})}
        return session.request(method, self._url + path, timeout=REQUEST_SECONDS_MAX, headers=headers, **options)


def enrolled(*, url: str, mailbox: Mailbox, debtors: Sequence[Debtor]) -> list[Customer]:
    customers = [Customer(url=url, debtor=debtor) for debtor in debtors]
    with ThreadPoolExecutor(len(customers)) as pool:
        list(pool.map(lambda customer: customer.enrol(mailbox=mailbox), customers))
    return customers


@dataclass
class Crowd:
    """All customers of a stack, and every payment that any of them has made."""

    customers: Sequence[Customer]
    payments: list[Payment] = field(default_factory=list)
    _amounts: Callable[[], int] = field(default_factory=lambda: count(AMOUNT_CENTS_MIN).__next__)

    def pay(self, number: int, *, source: Source) -> Payment:
        """The `number`-th payment: customers and accounts take turns."""
        customer = self.customers[number % len(self.customers)]
        product = ("lease", "loan")[number // len(self.customers) % 2]
        payment = customer.pay(product=product, amount_cents=self._amounts(), source=source)
        self.payments.append(payment)
        return payment


class Traffic:
    """Payments and questions without end while the block runs; what failed in a thread is raised at the end."""

    PAYING_THREADS, PAY_PAUSE_SECONDS = 2, 0.15
    LOOKING_THREADS, LOOK_PAUSE_SECONDS = 2, 0.3

    def __init__(self, crowd: Crowd, *, sources: Sequence[Source] = USUAL) -> None:
        self._crowd, self._sources = crowd, sources
        self._over = threading.Event()
        self._errors: list[BaseException] = []
        self._numbers = count()
        work = [self._pay] * self.PAYING_THREADS + [self._look_around] * self.LOOKING_THREADS + [self._come_again]
        self._threads = [threading.Thread(target=self._guarded, args=(each,)) for each in work]

    def __enter__(self) -> "Traffic":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
        if self._errors:
            raise self._errors[0]

    def _guarded(self, work: Callable[[int], None]) -> None:
        try:
            while not self._over.is_set():
                work(next(self._numbers))
        except BaseException as error:  # noqa: BLE001 - told by the thread that waits
            self._errors.append(error)

    def _pay(self, number: int) -> None:
        self._crowd.pay(number, source=self._sources[number % len(self._sources)])
        self._over.wait(self.PAY_PAUSE_SECONDS)

    def _look_around(self, number: int) -> None:
        self._anybody(number).look_around()
        self._over.wait(self.LOOK_PAUSE_SECONDS)

    def _come_again(self, number: int) -> None:
        self._anybody(number).come_again()
        self._over.wait(self.LOOK_PAUSE_SECONDS)

    def _anybody(self, number: int) -> Customer:
        return self._crowd.customers[number % len(self._crowd.customers)]
