"""What tests of payments start from: accounts that keep their contract, and processors that die at a chosen moment."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chassis import schemas
from chassis.bus.rpc import Reply, encode
from chassis.clock import Clock
from chassis.context import CallContext
from chassis.errors import NotFound
from chassis.events import Envelope
from services.accounts.contract import events as accounts_events
from services.accounts.contract.schemas import AccountStanding, GetStanding
from services.payments.providers.interface import Card, ChargeOutcome, Processor, Source
from tests.builders.wiring import an_event

AN_ACCOUNT = "01900000-0000-7000-8000-00000000a001"
ANOTHER_ACCOUNT = "01900000-0000-7000-8000-00000000a002"


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


@dataclass
class AccountsBook:
    """Answers `get_standing` as accounts' contract says. `failing` is raised in place of an answer."""

    standings: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    failing: Exception | None = None

    def opens(self, account_id: str = AN_ACCOUNT, **differences: Any) -> None:
        self.standings[account_id] = a_standing(**differences)

    def ask(
        self, method: str, *, request: Mapping[str, Any], context: CallContext, key: str | None = None,
        timeout_seconds: float | None = None,
    ) -> Reply:  # fmt: skip
        assert (method, context.subject, context.role) == ("get_standing", "service:payments", "service")
        account_id = schemas.load(GetStanding, json.loads(encode(request)))["account_id"]
        self.asked.append(account_id)
        if self.failing is not None:
            raise self.failing
        if account_id not in self.standings:
            raise NotFound()
        known = {"account_id": account_id, "product": "loan", "account_last4": "4417", **self.standings[account_id]}
        return Reply(data=schemas.dump(AccountStanding, AccountStanding().load(known)))


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


@dataclass
class OvertakenProcessor:
    """The real processor, whose answer to a charge, or silence, is noticed only after something else has happened."""

    real: Processor
    meanwhile: Callable[[], None]

    def charge(self, *, key: str, amount_cents: int, source: Source) -> ChargeOutcome:
        try:
            return self.real.charge(key=key, amount_cents=amount_cents, source=source)
        finally:
            self.meanwhile()

    def find(self, *, key: str, amount_cents: int) -> ChargeOutcome | None:
        return self.real.find(key=key, amount_cents=amount_cents)

    def find_card(self, *, token: str) -> Card | None:
        return self.real.find_card(token=token)
