"""Payments, the processor and the ledger side by side, for histories in which everything may go wrong.

Events lie between the services until somebody delivers them: in any order, more than once, by processes that die.
"""

from collections import Counter as Tally
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text, update

from chassis.clock import FixedClock
from chassis.doors import Outcome
from chassis.errors import DependencyDown, Refusal
from chassis.events import Envelope
from deploy.payments_check import Report, examine
from services.accounts.service import AccountsService
from services.payments.contract.errors import PaymentNotCancellable, PaymentNotRefundable
from services.payments.models import payments
from services.payments.operations import present_again, send_due
from services.payments.providers.interface import MadeCharge
from services.payments.service import PaymentsService
from tests.builders.accounts import a_loan, an_account
from tests.builders.wiring import a_customer, an_agent, ask_door, call, deliver, direct, emitted
from tests.fixtures.dying import may_die_at
from tests.fixtures.sandbox import RunningSandbox

A_MONDAY = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
SETTLES_AFTER = timedelta(seconds=5)
ROUNDS_MAX = 30
DEATHS_MAX, PAYMENTS_MAX = 2, 5
OPEN = ("submitting", "unknown")
BANK_ACCOUNTS = (
    "000123456789", "000111111113", "000111111116", "000222222227", "000333333301", "000333333310", "000333333314",
)  # fmt: skip
CARDS = ("tok_approved", "tok_declined", "tok_timeout_charged", "tok_timeout_not_charged", "tok_slow")
SOURCES = (*BANK_ACCOUNTS, *CARDS)
DIES_AT = (
    "errand.started", "vendor.before_call", "vendor.after_call", "vendor.before_question", "vendor.after_question",
    "errand.before_done", "errand.after_done", "outbox.told", "outbox.saved", "inbox.taken", "reaction.before_commit",
    "reaction.after_commit",
)  # fmt: skip

_DONE = text("""
    SELECT 1 FROM inbox WHERE event_id = :event AND handler LIKE '%' || :door AND state = 'done'
    UNION ALL SELECT 1 FROM attempts WHERE key = :key AND handler LIKE '%' || :door AND state = 'done'
""")


@dataclass
class MoneyHouse:
    """Three sides that must agree. Every history has an account of its own."""

    payments: PaymentsService
    accounts: AccountsService
    sandbox: RunningSandbox
    clock: FixedClock
    say: Callable[[str, dict[str, Any]], None]
    account_id: str = ""
    methods: dict[str, str] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, Any], str]] = field(default_factory=list)
    seen: Tally[str] = field(default_factory=Tally)
    deaths: Tally[str] = field(default_factory=Tally)
    histories: int = 0
    _keys: int = 0
    _handled: set[tuple[str, UUID]] = field(default_factory=set)

    def begin(self) -> None:
        """A new history: nothing is under way, the processor has forgotten everything."""
        self.histories += 1
        self.clock.move_to(A_MONDAY, today=A_MONDAY.date())
        assert self.sandbox.post("/_sandbox/reset").status_code == 200
        for service in (self.payments, self.accounts):
            with service.store.engine.begin() as connection:
                connection.execute(text("DELETE FROM outbox"))
        self.methods, self.requests = {}, []
        self.account_id = an_account(self.accounts, a_loan(source_ref=f"demo/loans/histories/{self.histories}"))

    @property
    def owner(self) -> Any:
        return a_customer(accounts=(self.account_id,))

    def pay(self, *, source: str, cents: int, extra: str | None, days_ahead: int) -> None:
        """Asked for as a customer does; a refusal, or that the processor shows no card now, is an answer too."""
        if len(self.requests) == PAYMENTS_MAX:
            return
        body = {"account_id": self.account_id, "amount_cents": cents, "extra": extra, "pay_anyway": True}
        if days_ahead:
            body["on"] = (self.clock.today() + timedelta(days=days_ahead)).isoformat()
        self._keys += 1
        key = f"pay-{self._keys}"
        try:
            body["payment_method_id"] = self._method(source)
            reply = ask_door(self.payments.submit_payment, request=body, context=self.owner, key=key)
        except (Refusal, DependencyDown) as refusal:
            self.seen[f"refused, {type(refusal).__name__}"] += 1
            return
        self.requests.append((key, body, reply.data["id"]))

    def ask_again(self, choice: int) -> None:
        """The same request with the same key is the same payment."""
        for key, body, payment_id in self._one(choice):
            reply = ask_door(self.payments.submit_payment, request=body, context=self.owner, key=key)
            assert (reply.data["id"], reply.replayed) == (payment_id, True)
            self.seen["asked again"] += 1

    def cancel(self, choice: int) -> None:
        for _, _, payment_id in self._one(choice):
            with suppress(PaymentNotCancellable):
                call(self.payments.cancel_payment, request={"payment_id": payment_id}, context=self.owner)
                self.seen["cancelled"] += 1

    def refund(self, choice: int) -> None:
        for _, _, payment_id in self._one(choice):
            request = {"payment_id": payment_id, "reason": "Paid twice by mistake"}
            self._keys += 1
            with suppress(PaymentNotRefundable):
                key = f"refund-{self._keys}"
                ask_door(self.payments.refund_payment, request=request, context=an_agent(), key=key)
                self.seen["refund asked for"] += 1

    def take_out(self, choice: int) -> None:
        """Staff find the payment wrong: it counts no more, whatever its money does."""
        for _, _, payment_id in self._one(choice):
            request = {
                "account_id": self.account_id, "payment_id": payment_id, "presentment_number": 1, "reason": "Not due",
            }  # fmt: skip
            self._keys += 1
            ask_door(self.accounts.reverse_payment, request=request, context=an_agent(), key=f"take-out-{self._keys}")

    def _one(self, choice: int) -> list[tuple[str, dict[str, Any], str]]:
        """One of the requests that were taken in; none where there is none."""
        return [self.requests[choice % len(self.requests)]] if self.requests else []

    def undelivered(self) -> list[tuple[Any, Envelope]]:
        """What has a handler that has not heard it yet, as (door, event)."""
        return [(door, envelope) for door, envelope in self._deliveries() if not self._was_handled(door, envelope)]

    def deliver(self, choice: int, *, again: bool = False) -> None:
        """One event to one handler, whichever; `again` also one that was handled before."""
        waiting = list(self._deliveries()) if again else self.undelivered()
        if waiting:
            door, envelope = waiting[choice % len(waiting)]
            outcome = deliver(door, envelope)
            assert outcome is not Outcome.PARKED, f"{envelope.name} was parked"
            self.seen[f"delivered {'again' if again else 'once'}"] += 1

    def die_while_delivering(self, choice: int, *, at: str) -> None:
        """Whatever kills its process three times is put aside as a killer, which this is not about."""
        waiting = [each for each in self.undelivered() if self.deaths[str(each[1].id)] < DEATHS_MAX]
        if waiting:
            door, envelope = waiting[choice % len(waiting)]
            self.deaths[str(envelope.id)] += 1
            if may_die_at(at, database=door.__self__.store, work=lambda: deliver(door, envelope)):
                self.seen["died"] += 1

    def processor_says(self, choice: int, *, what: str) -> None:
        """The bank decides about a charge; the processor tells it twice."""
        charges = [each for each in self.sandbox.listed("charges", limit=100) if each["status"] == "approved"]
        if not charges:
            return
        charge = charges[choice % len(charges)]
        path, body, event = {
            "settled": ("settle", {}, "charge.settled"), "R01": ("return", {"code": "R01"}, "charge.returned"),
            "R10": ("return", {"code": "R10"}, "charge.returned"),
            "disputed": ("dispute", {"outcome": "opened"}, "charge.disputed"),
            "lost": ("dispute", {"outcome": "lost"}, "charge.returned"),
        }[what]  # fmt: skip
        answer = self.sandbox.post(f"/_sandbox/charges/{charge['id']}/{path}", body)
        if answer.status_code >= 400:
            return
        code = {"R01": "R01", "R10": "R10", "disputed": "fraudulent", "lost": "dispute_lost"}.get(what)
        about = {"id": charge["id"], "key": charge["key"], "amount_cents": charge["amount_cents"]}
        for _ in range(2):
            self.say(event, {**about, **({"code": code} if code else {})})
        self.seen[f"processor said {what}"] += 1

    def breaks_down(self, *, mode: str) -> None:
        """The next call finds the processor down, or it answers 429."""
        self.sandbox.fault("processor", mode, calls=1)
        self.seen[f"processor {mode}"] += 1

    def wait(self, span: timedelta) -> None:
        today = self.clock.today()
        self.clock.move_to(self.clock.now() + span, today=max(today, (self.clock.now() + span).date()))

    def next_day(self) -> None:
        self.wait(timedelta(days=1))
        self.send_due()

    def send_due(self) -> None:
        """What the timers of payments do."""
        send_due(self.payments.store, accounts=direct(self.accounts), clock=self.clock, on=self.clock.today())
        present_again(self.payments.store, today=self.clock.today())

    def settle_everything(self) -> None:
        """All is delivered and every question answered, as it is when nothing disturbs for some days."""
        self.sandbox.post("/_sandbox/faults", {"provider": "processor", "mode": "ok"})
        for _ in range(ROUNDS_MAX):
            self.wait(SETTLES_AFTER)
            waiting = self.undelivered()
            for door, envelope in waiting:
                deliver(door, envelope)
            if waiting or self._open_payments():
                continue
            if not self._waits_for_its_day():
                return
            self.next_day()
        raise AssertionError(f"still under way: {self._open_payments()}, {self.undelivered()}")

    def assert_all_agree(self) -> None:
        """Charged = posted = in the ledger, payment by payment; each told once; and the sums agree to the cent."""
        report = self.compared()
        assert report.differences == []
        assert (report.on_their_way, report.charges) == (0, report.posted), str(report)
        self._assert_told_once()
        self._assert_sums_agree()

    def compared(self, *, extra: Sequence[MadeCharge] = (), without: str = "") -> Report:
        """All three sides, with `extra` charges at the processor and without those of one key."""
        charges = [each for each in self.payments.processor.list_charges(since=None) if each.key != without]
        return examine(
            payments_database=self.payments.store, accounts_database=self.accounts.store, now=self.clock.now(),
            charges=[*charges, *extra], of_accounts=[UUID(self.account_id)],
        )  # fmt: skip

    @contextmanager
    def changed(self, statement: str) -> Iterator[None]:
        """What is asked inside finds the payments changed behind everybody's back; afterwards they are as before."""
        rows = self.rows()
        with self.payments.store.engine.begin() as connection:
            connection.execute(text(statement))
        yield
        with self.payments.store.engine.begin() as connection:
            for row in rows:
                connection.execute(update(payments).where(payments.c.id == row["id"]).values(dict(row)))

    def _assert_told_once(self) -> None:
        told = emitted(self.payments.store)
        posted = Tally(
            (each.data["payment_id"], each.data["presentment_number"]) for each in told if each.name == "payment_posted"
        )
        returned = Tally(
            (each.data["payment_id"], each.data["presentment_number"])
            for each in told if each.name == "payment_returned"
        )  # fmt: skip
        declined = Tally(each.data["payment_id"] for each in told if each.name == "payment_declined")
        applied = Tally(
            (each.data["payment_id"], each.data["presentment_number"])
            for each in emitted(self.accounts.store) if each.name == "payment_applied"
        )  # fmt: skip
        assert all(times == 1 for tally in (posted, returned, declined, applied) for times in tally.values())
        assert set(applied) | set(returned) <= set(posted)
        for payment in self.rows():
            payment_id, number, status = str(payment["id"]), payment["presentment_number"], payment["status"]
            assert ((payment_id, number) in posted) is (status in ("posted", "settled", "returned")), payment
            assert (payment_id in declined) is (status == "declined"), payment
            shown = call(self.payments.get_payment, request={"payment_id": payment_id}, context=self.owner)
            is_in = status in ("posted", "settled") and payment["reversed_on"] is None
            assert shown["message"].startswith("Yes: ") is is_in, shown
            self.seen[f"ended {status}"] += 1

    def _assert_sums_agree(self) -> None:
        charges = [each for each in self.sandbox.listed("charges", limit=100) if each["status"] == "approved"]
        back = [each for each in charges if "return_code" in each]
        whole = {str(row["processor_reference"]) for row in self.rows() if row["refunded_on"] is not None}
        kept = sum(each["amount_cents"] for each in charges if each not in back and each["id"] not in whole)
        with self.accounts.store.engine.begin() as connection:
            standing: int = connection.execute(
                text(
                    "SELECT coalesce(sum(amount_cents), 0) FROM allocations WHERE account_id = :id AND kind = 'payment'"
                ),
                {"id": self.account_id},
            ).scalar_one()
        assert int(standing) == kept

    def rows(self) -> list[Any]:
        with self.payments.store.engine.begin() as connection:
            found = connection.execute(
                text("SELECT * FROM payments WHERE account_id = :id ORDER BY id"), {"id": self.account_id}
            )
            return [row._mapping for row in found]

    def _open_payments(self) -> list[str]:
        return [str(row["id"]) for row in self.rows() if row["status"] in OPEN]

    def _waits_for_its_day(self) -> bool:
        return any(row["status"] == "scheduled" or row["present_again_on"] is not None for row in self.rows())

    def _method(self, source: str) -> str:
        if source not in self.methods:
            request: dict[str, Any] = {"type": "card", "processor_token": source}
            if source in BANK_ACCOUNTS:
                request = {
                    "type": "bank_account", "routing_number": "110000000", "account_number": source,
                    "account_type": "checking", "holder_name": "Ada Lovelace",
                }  # fmt: skip
            method = call(self.payments.add_payment_method, request=request, context=self.owner)
            self.methods[source] = str(method["id"])
        return self.methods[source]

    def _deliveries(self) -> list[tuple[Any, Envelope]]:
        found = []
        for source, listener in (
            (self.payments, self.payments), (self.payments, self.accounts), (self.accounts, self.payments),
        ):  # fmt: skip
            for envelope in emitted(source.store):
                door = getattr(listener, f"on_{envelope.name}", None)
                if door is not None:
                    found.append((door, envelope))
        return found

    def _was_handled(self, door: Any, envelope: Envelope) -> bool:
        """Whether the database of the listener says that it is done."""
        if (door.__qualname__, envelope.id) in self._handled:
            return True
        with door.__self__.store.engine.begin() as connection:
            found = connection.execute(_DONE, {"event": envelope.id, "key": str(envelope.id), "door": door.__name__})
            is_done = found.scalar() is not None
        if is_done:
            self._handled.add((door.__qualname__, envelope.id))
        return is_done
