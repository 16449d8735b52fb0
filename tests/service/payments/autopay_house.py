"""Payments and the real accounts side by side: events are carried between them until none is left."""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text

from chassis.bus.rpc import Reply
from chassis.clock import FixedClock
from chassis.context import CallContext
from chassis.doors import Outcome
from services.accounts.contract import events as accounts_events
from services.accounts.service import AccountsService
from services.payments.operations import note_returned, send_due
from services.payments.rules.presenting import Presentment
from services.payments.service import PaymentsService
from tests.builders.payments import a_standing
from tests.builders.wiring import a_customer, an_agent, an_event, ask_door, call, deliver, direct, emitted
from tests.fixtures.sandbox import RunningSandbox
from tests.service.payments.counter import APPROVED_ACCOUNT

CONSENT = {"version": "autopay-2026-11"}
MORNING_HOUR = 8


@dataclass
class House:
    """One account of one customer; `today` moves by whole business dates."""

    payments: PaymentsService
    accounts: AccountsService
    sandbox: RunningSandbox
    clock: FixedClock
    account_id: str
    _keys: int = field(default=0)

    @property
    def owner(self) -> CallContext:
        return a_customer(accounts=(self.account_id,))

    def add_bank_account(self, number: str = APPROVED_ACCOUNT) -> str:
        request = {
            "type": "bank_account", "routing_number": "110000000", "account_number": number,
            "account_type": "checking", "holder_name": "Ada Lovelace",
        }  # fmt: skip
        return str(call(self.payments.add_payment_method, request=request, context=self.owner)["id"])

    def autopay(self) -> dict[str, Any]:
        found: dict[str, Any] = call(
            self.payments.get_autopay, request={"account_id": self.account_id}, context=self.owner
        )
        return found

    def enrol(self, **request: Any) -> dict[str, Any]:
        """`if_versions` is the version that stands there, and the method a fresh one, where they are left out."""
        body = {"if_versions": [self.autopay()["version"]], "consent": CONSENT, **request}
        body.setdefault("payment_method_id", "")
        body["payment_method_id"] = body["payment_method_id"] or self.add_bank_account()
        found: dict[str, Any] = call(
            self.payments.put_autopay, request={"account_id": self.account_id, **body}, context=self.owner
        )
        return found

    def switch_off(self) -> dict[str, Any]:
        found: dict[str, Any] = call(
            self.payments.remove_autopay, request={"account_id": self.account_id}, context=self.owner
        )
        return found

    def skip(self, **request: Any) -> dict[str, Any]:
        reply = ask_door(
            self.payments.skip_draft, request={"account_id": self.account_id, **request}, context=self.owner,
            key=self.a_key(),
        )  # fmt: skip
        found: dict[str, Any] = reply.data
        return found

    def ask_to_pay(self, **request: Any) -> Reply:
        body = {"account_id": self.account_id, "payment_method_id": self.add_bank_account(), **request}
        return ask_door(self.payments.submit_payment, request=body, context=self.owner, key=self.a_key())

    def staff(self, method: Any, **request: Any) -> None:
        """What staff do to the account."""
        body = {"account_id": self.account_id, **request}
        ask_door(method, request=body, context=an_agent(), key=self.a_key())

    def a_key(self) -> str:
        self._keys += 1
        return f"key-{self._keys}"

    def carry(self) -> None:
        """Deliver every event that has a handler on the other side; what was delivered is a duplicate."""
        while self._carried():
            pass

    def _carried(self) -> int:
        done = 0
        for source, listener in (
            (self.payments, self.accounts), (self.accounts, self.payments), (self.payments, self.payments),
        ):  # fmt: skip
            for envelope in emitted(source.store):
                handler = getattr(listener, f"on_{envelope.name}", None)
                if handler is not None:
                    done += deliver(handler, envelope) is Outcome.DONE
        return done

    def comes_back(self, code: str) -> None:
        """The bank returns the latest payment that was charged."""
        newest = "SELECT id, presentment_number, amount_cents, processor_reference FROM payments ORDER BY id DESC"
        identifier, number, cents, reference = self.rows(newest)[0]
        presentment = Presentment(payment_id=UUID(identifier), number=number, amount_cents=cents, reference=reference)
        with self.payments.store.writing() as transaction:
            note_returned(
                transaction, presentment=presentment, code=code, returned_on=self.clock.today(), now=self.clock.now()
            )
        self.carry()

    def settles_what_is_unknown(self) -> None:
        """Some seconds later the processor is asked."""
        self.clock.move_to(self.clock.now() + timedelta(seconds=5), today=self.clock.today())
        for envelope in emitted(self.payments.store, name="payment_submitted"):
            deliver(self.payments.on_payment_submitted, envelope, again=True)
        self.carry()

    def defers(self, *, next_due_on: str, reason: str = "deferment") -> None:
        """Accounts tells that the instalments have moved."""
        standing = a_standing(next_due_on=next_due_on, next_instalment_number=12)
        data = accounts_events.ScheduleChangedV1().load(
            {
                "account_id": self.account_id, "reason": reason, "effective_on": self.clock.today().isoformat(),
                "from_instalment": 12, "maturity_on": "2031-02-05", "standing": standing,
            }
        )  # fmt: skip
        event = an_event(
            accounts_events.schedule_changed, clock=self.clock, subject=self.account_id, data=data, sequence=2
        )
        deliver(self.payments.on_schedule_changed, event)

    def move_to(self, day: date, *, hour: int = MORNING_HOUR) -> None:
        local = datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo("America/Chicago"))
        self.clock.move_to(local.astimezone(UTC), today=day)

    def open_day(self) -> int:
        """What payments does on the business day that stands there; what came before has arrived."""
        sent = send_due(self.payments.store, accounts=direct(self.accounts), clock=self.clock, on=self.clock.today())
        self.carry()
        return sent

    def live_through(self, last: str) -> None:
        """Day by day, up to and with a date."""
        while self.clock.today() < date.fromisoformat(last):
            self.move_to(self.clock.today() + timedelta(days=1))
            self.carry()
            self.open_day()

    def told(self, name: str) -> list[dict[str, Any]]:
        return [dict(envelope.data) for envelope in emitted(self.payments.store, name=name)]

    def drawn(self) -> list[tuple[str, int]]:
        """Date and cents of every charge that the ledger was told of."""
        return [(told["effective_on"], told["amount_cents"]) for told in self.told("payment_posted")]

    def charged(self) -> list[int]:
        """What the processor took, in cents."""
        return [charge["amount_cents"] for charge in self.sandbox.listed("charges") if charge["status"] == "approved"]

    def owes(self) -> dict[str, Any]:
        found: dict[str, Any] = call(
            self.accounts.get_account, request={"account_id": self.account_id}, context=self.owner
        )
        return found

    def rows(self, statement: str) -> list[Any]:
        with self.payments.store.engine.begin() as connection:
            return [json.loads(json.dumps(tuple(row), default=str)) for row in connection.execute(text(statement))]
