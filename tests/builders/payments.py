"""What tests of payments start from: accounts that keep their contract, and processors that die at a chosen moment."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from chassis import schemas
from chassis.bus.rpc import Reply, encode
from chassis.clock import Clock
from chassis.context import CallContext
from chassis.errors import NotFound
from chassis.events import Envelope
from services.accounts.contract import events as accounts_events
from services.accounts.contract.payoff import GetPayoffQuote, PayoffQuote
from services.accounts.contract.schemas import AccountStanding, GetStanding
from services.payments.contract.settings import POLICY
from services.payments.providers.interface import (
    Card,
    Charge,
    ChargeOutcome,
    MadeCharge,
    Processor,
    RefundOrder,
    RefundOutcome,
)
from services.payments.rules.days import PaymentDayPolicy
from services.payments.rules.policy import policy_of
from tests.builders.wiring import an_event

AN_ACCOUNT = "01900000-0000-7000-8000-00000000a001"
ANOTHER_ACCOUNT = "01900000-0000-7000-8000-00000000a002"
A_QUOTE = "01900000-0000-7000-8000-00000000c001"
A_POLICY = policy_of({"COMPANY_TIME_ZONE": "America/Chicago", **{each.name: each.default for each in POLICY}})
A_PAYMENT_DAY = PaymentDayPolicy(zone=ZoneInfo("America/Chicago"), cut_off=time(17), hold=timedelta(hours=1))


def a_standing(**differences: Any) -> dict[str, Any]:
    """A loan in the middle of its life, nothing past due."""
    return {
        "status": "open",
        "amount_due_cents": 41_235,
        "past_due_cents": 0,
        "next_due_on": "2026-12-05",
        "next_instalment_number": 7,
        "days_past_due": 0,
        "payoff_ceiling_cents": 1_000_000,
        "payments_made": 6,
        **differences,
    }


def a_payoff_quote(**differences: Any) -> dict[str, Any]:
    """A live quote of $12,410.56, good through 3 December 2026, of which nothing is paid."""
    known = {
        "id": A_QUOTE, "account_id": AN_ACCOUNT, "kind": "payoff", "payoff_cents": 1_241_056, "per_diem": "1.9956",
        "as_of_on": "2026-11-23", "good_through": "2026-12-03", "explanation": {}, "includes_pending_payments": False,
        "status": "live", "withdrawn_reason": None, "received_cents": 0, "issued_at": "2026-11-23T15:30:00.000Z",
        "breakdown": {
            "principal_cents": 1_234_567, "interest_cents": 4_989, "fees_cents": 1_500, "other_cents": 0,
            "credit_cents": 0,
        },
        "mail_to": {"regular": None, "overnight": None},
    }  # fmt: skip
    return {**known, **differences}


@dataclass
class AccountsBook:
    """Answers `get_standing` and `get_payoff_quote` as accounts' contract says; or raises what is `failing`."""

    standings: dict[str, dict[str, Any]] = field(default_factory=dict)
    quotes: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    failing: Exception | None = None

    def opens(self, account_id: str = AN_ACCOUNT, **differences: Any) -> None:
        self.standings[account_id] = a_standing(**differences)

    def promises(self, quote_id: str = A_QUOTE, *, account_id: str = AN_ACCOUNT, **differences: Any) -> None:
        self.quotes[account_id, quote_id] = a_payoff_quote(id=quote_id, account_id=account_id, **differences)

    def ask(
        self, method: str, *, request: Mapping[str, Any], context: CallContext, key: str | None = None,
        timeout_seconds: float | None = None,
    ) -> Reply:  # fmt: skip
        assert (context.subject, context.role) == ("service:payments", "service")
        if method == "get_payoff_quote":
            return self._quote(**schemas.load(GetPayoffQuote, json.loads(encode(request))))
        assert method == "get_standing"
        account_id = schemas.load(GetStanding, json.loads(encode(request)))["account_id"]
        self.asked.append(account_id)
        if self.failing is not None:
            raise self.failing
        if account_id not in self.standings:
            raise NotFound()
        known = {"account_id": account_id, "product": "loan", "account_last4": "4417", **self.standings[account_id]}
        return Reply(data=schemas.dump(AccountStanding, AccountStanding().load(known)))

    def _quote(self, *, account_id: str, quote_id: str) -> Reply:
        if self.failing is not None:
            raise self.failing
        if (account_id, quote_id) not in self.quotes:
            raise NotFound()
        return Reply(data=schemas.dump(PayoffQuote, PayoffQuote().load(self.quotes[account_id, quote_id])))


def an_account_opened(*, clock: Clock, sequence: int = 1, account_id: str = AN_ACCOUNT, **standing: Any) -> Envelope:
    loaded = accounts_events.AccountOpenedV1().load(
        {
            "account_id": account_id,
            "product": "loan",
            "account_last4": "4417",
            "standing": a_standing(**standing),
        }
    )
    return an_event(accounts_events.account_opened, clock=clock, subject=account_id, data=loaded, sequence=sequence)


def a_payment_applied(payment: Mapping[str, Any], *, clock: Clock, sequence: int = 2, **standing: Any) -> Envelope:
    """Accounts has the payment (a reply of payments) in its ledger."""
    split = {"interest_cents": 0, "tax_cents": 0, "fees_cents": 0, "unapplied_cents": 0}
    loaded = accounts_events.PaymentAppliedV1().load(
        {
            "account_id": payment["account_id"],
            "payment_id": payment["id"],
            "presentment_number": 1,
            "amount_cents": payment["amount_cents"],
            "effective_on": payment["effective_on"],
            "principal_cents": payment["amount_cents"],
            **split,
            "standing": a_standing(**standing),
        }
    )
    subject = payment["account_id"]
    return an_event(accounts_events.payment_applied, clock=clock, subject=subject, data=loaded, sequence=sequence)


def an_account_paid_off(payment: Mapping[str, Any], *, clock: Clock, sequence: int = 3) -> Envelope:
    standing = a_standing(
        status="paid_off", payoff_ceiling_cents=0, amount_due_cents=0, next_due_on=None, next_instalment_number=None
    )
    loaded = accounts_events.AccountPaidOffV1().load(
        {"account_id": payment["account_id"], "payment_id": payment["id"], "standing": standing}
    )
    subject = payment["account_id"]
    return an_event(accounts_events.account_paid_off, clock=clock, subject=subject, data=loaded, sequence=sequence)


def an_account_charged_off(account_id: str, *, clock: Clock, sequence: int = 3) -> Envelope:
    standing = a_standing(
        status="charged_off", payoff_ceiling_cents=0, amount_due_cents=0, next_due_on=None, next_instalment_number=None
    )
    loaded = accounts_events.AccountChargedOffV1().load(
        {
            "account_id": account_id, "standing": standing, "charged_off_on": "2026-11-23", "amount_cents": 1_000_000,
            "interest_cents": 0, "principal_cents": 1_000_000, "fees_cents": 0,
        }
    )  # fmt: skip
    return an_event(
        accounts_events.account_charged_off, clock=clock, subject=account_id, data=loaded, sequence=sequence
    )


@dataclass
class OvertakenProcessor:
    """The real processor, whose answer to a charge, or silence, is noticed only after something else has happened."""

    real: Processor
    meanwhile: Callable[[], None]

    def prepare(self, charge: Charge) -> str | None:
        return self.real.prepare(charge)

    def charge(self, charge: Charge) -> ChargeOutcome:
        try:
            return self.real.charge(charge)
        finally:
            self.meanwhile()

    def find(self, charge: Charge) -> ChargeOutcome | None:
        return self.real.find(charge)

    def abandon(self, charge: Charge) -> ChargeOutcome | None:
        return self.real.abandon(charge)

    def list_charges(self, *, since: datetime | None) -> Iterator[MadeCharge]:
        return self.real.list_charges(since=since)

    def find_card(self, *, token: str) -> Card | None:
        return self.real.find_card(token=token)

    def refund(self, order: RefundOrder) -> RefundOutcome:
        return self.real.refund(order)

    def find_refund(self, order: RefundOrder) -> RefundOutcome | None:
        return self.real.find_refund(order)


def a_business_day_opened(on: date, *, clock: Clock) -> Envelope:
    opened = accounts_events.business_day_opened
    return an_event(opened, clock=clock, subject=on.isoformat(), data={"business_on": on})
