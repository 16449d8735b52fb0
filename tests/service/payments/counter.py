"""A counter at which customers pay: the payments service on its database, the sandbox behind it, accounts beside it."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from chassis.bus.rpc import Reply
from chassis.clock import FixedClock
from chassis.context import CallContext
from chassis.doors import Outcome
from chassis.events import Envelope
from services.payments.service import PaymentsService
from tests.builders.payments import AN_ACCOUNT, AccountsBook
from tests.builders.wiring import a_customer, ask_door, call, deliver, emitted
from tests.fixtures.dying import dies_at
from tests.fixtures.sandbox import RunningSandbox

APPROVED_ACCOUNT, CLOSED_ACCOUNT = "000123456789", "000111111113"
TIMES_OUT_CHARGED, TIMES_OUT_NOT_CHARGED = "000111111116", "000222222227"

PROCESSOR_SECRET = "whsec_0123456789abcdef0123456789abcdef"

ADA = a_customer(accounts=(AN_ACCOUNT,))
BEN = a_customer(user_id="01900000-0000-7000-8000-000000000002", accounts=("01900000-0000-7000-8000-00000000b0b0",))


@dataclass
class Counter:
    """Speaks to the doors for a test; every request of a test has its own key unless it names one."""

    service: PaymentsService
    sandbox: RunningSandbox
    accounts: AccountsBook
    clock: FixedClock
    _keys: int = field(default=0)

    def add_bank_account(self, number: str = APPROVED_ACCOUNT, *, by: CallContext = ADA) -> str:
        request = {
            "type": "bank_account",
            "routing_number": "110000000",
            "account_number": number,
            "account_type": "checking",
            "holder_name": "Ada Lovelace",
        }
        method_id: str = call(self.service.add_payment_method, request=request, context=by)["id"]
        return method_id

    def add_card(self, token: str = "tok_approved", *, by: CallContext = ADA) -> str:
        request = {"type": "card", "processor_token": token}
        method_id: str = call(self.service.add_payment_method, request=request, context=by)["id"]
        return method_id

    def ask_to_pay(self, *, by: CallContext = ADA, key: str | None = None, **request: Any) -> Reply:
        """`payment_method_id` is a fresh approved bank account where it is left out. Most stories pay twice."""
        if "payment_method_id" not in request:
            request["payment_method_id"] = self.add_bank_account(by=by)
        self._keys += 1
        body = {"account_id": AN_ACCOUNT, "amount_cents": 41_235, "pay_anyway": True, **request}
        return ask_door(self.service.submit_payment, request=body, context=by, key=key or f"key-{self._keys}")

    def pay(self, **request: Any) -> dict[str, Any]:
        payment: dict[str, Any] = self.ask_to_pay(**request).data
        return payment

    def get(self, payment: dict[str, Any], *, by: CallContext = ADA) -> dict[str, Any]:
        found: dict[str, Any] = call(self.service.get_payment, request={"payment_id": payment["id"]}, context=by)
        return found

    def submitted(self) -> Envelope:
        return emitted(self.service.store, name="payment_submitted")[-1]

    def charge(self, *, again: bool = False) -> Outcome:
        """What the bus does with the latest payment_submitted."""
        return deliver(self.service.on_payment_submitted, self.submitted(), again=again)

    def dies_while_charging(self, *, at: str) -> None:
        """What the bus does with it in a process that is killed at a failpoint."""
        dies_at(at, database=self.service.store, work=self.charge)

    def told(self, name: str) -> list[dict[str, Any]]:
        return [dict(envelope.data) for envelope in emitted(self.service.store, name=name)]

    def charges(self, payment: dict[str, Any]) -> list[dict[str, Any]]:
        """What the processor holds under the payment's key."""
        return self.sandbox.listed("charges", key=payment["id"])

    def count(self, table: str) -> int:
        with self.service.store.engine.begin() as connection:
            counted: int = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
        return counted

    def everything_stored(self) -> str:
        """Every row of every table as text."""
        with self.service.store.engine.begin() as connection:
            tables = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars()
            rows = [
                row
                for table in tables.all()
                for row in connection.execute(text(f"SELECT t::text FROM {table} t")).scalars()
            ]
        return "\n".join(rows)
