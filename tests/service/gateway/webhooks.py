"""The stage for webhooks: a gateway on a real database, staff at its door, partners on loopback."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import certifi
from sqlalchemy import select

from chassis.clock import FixedClock
from chassis.doors import Outcome
from chassis.events import Envelope
from chassis.store import Database, Row
from chassis.tables import inbox
from gateway.api import examples
from gateway.service import GatewayService
from gateway.stream.feed import Feed
from gateway.webhooks.addresses import Policy
from gateway.webhooks.calling import PartnerCalls
from gateway.webhooks.dispatching import Dispatcher
from gateway.webhooks.models import webhook_deliveries
from gateway.webhooks.signing import Secrets
from services.notifications.contract import events as notifications_events
from services.payments.contract import events as payments_events
from tests.builders.partners import Partner
from tests.builders.wiring import an_event, deliver, settings_of, wire
from tests.unit.gateway.builders import HttpAnswer, a_gateway

PATH = "/v1/staff/webhooks"
POSTED = {
    "payment_id": examples.PAYMENT_ID, "account_id": examples.ACCOUNT_ID, "presentment_number": 1,
    "amount_cents": 41235, "effective_on": "2026-11-23", "extra": None, "method_type": "card", "method_last4": "4242",
}  # fmt: skip
LOOPBACK = Policy(ports=frozenset({443}), allows_loopback=True)


class Stage:
    """One gateway; its clock begins now, because partners compare signatures with theirs."""

    def __init__(self, database: Database, keys_folder: Path) -> None:
        self.database = database
        self.clock = FixedClock(now=datetime.now(UTC))
        self.database.clock = self.clock
        self.calls = PartnerCalls(policy=LOOPBACK, certificates=certifi.where(), total_seconds=5)
        self.secrets = Secrets(folder=keys_folder)
        self.dispatcher = self.another_dispatcher()
        self.service: Any = wire(
            GatewayService, database=database, clock=self.clock, keys_folder=keys_folder, feed=Feed(),
            partners=self.dispatcher,
        )  # fmt: skip
        settings = {"KEYS_DIR": keys_folder, "WEBHOOK_LOOPBACK_ALLOWED": True}
        self.gateway = a_gateway(clock=self.clock, store=database, settings=settings)

    def another_dispatcher(self, *, store: Database | None = None) -> Dispatcher:
        return Dispatcher(store=store or self.database, clock=self.clock, calls=self.calls, secrets=self.secrets)

    def asks(self, method: str, path: str, body: Mapping[str, Any] | None = None, **options: Any) -> HttpAnswer:
        """As a member of staff."""
        options |= {"json": dict(body)} if body is not None else {}
        token = options.pop("token", self.gateway.token(roles=["agent"], accounts=None))
        return self.gateway.send(method, f"{PATH}{path}", token=token, **options)

    def registers(self, partner: Partner, *events: str) -> dict[str, Any]:
        """The webhook, with its secret."""
        answer = self.asks("POST", "", {"url": partner.url, "events": list(events or ("payment_posted",))})
        assert answer.status_code == 201, answer.json
        made: dict[str, Any] = answer.json
        return made

    def changes(self, webhook: Mapping[str, Any], *, etag: str | None = None, **body: Any) -> HttpAnswer:
        """As it was read a moment ago, unless another state is named."""
        known = etag or self.asks("GET", f"/{webhook['id']}").headers["ETag"]
        return self.asks("PATCH", f"/{webhook['id']}", body, headers={"If-Match": known})

    def seen(self, webhook: Mapping[str, Any]) -> dict[str, Any]:
        """The webhook as staff see it now."""
        answer = self.asks("GET", f"/{webhook['id']}")
        assert answer.status_code == 200, answer.json
        found: dict[str, Any] = answer.json
        return found

    def happens(self, times: int = 1) -> list[Envelope]:
        """Payments are posted."""
        envelopes = []
        for _ in range(times):
            envelope = self.a_payment_posted()
            assert deliver(self.service.on_promised, envelope) is Outcome.DONE
            envelopes.append(envelope)
        return envelopes

    def a_payment_posted(self) -> Envelope:
        data = payments_events.payment_posted.schema().load(POSTED)
        return an_event(payments_events.payment_posted, clock=self.clock, subject=examples.PAYMENT_ID, data=data)

    def is_sent(self, times: int, *, together: bool = False) -> list[Envelope]:
        """Mails are accepted by their vendor, of which no stream tells; one after the other, or in one transaction."""
        data = {
            "message_id": examples.MESSAGE_ID, "channel": "email", "template": "payment_received",
            "user_id": examples.USER_ID,
        }  # fmt: skip
        loaded = notifications_events.notification_sent.schema().load(data)
        envelopes = [
            an_event(notifications_events.notification_sent, clock=self.clock, subject=examples.USER_ID, data=loaded)
            for _ in range(times)
        ]
        bodies = [envelope.to_json() for envelope in envelopes]
        if together:
            door, settings = self.service.on_promised, settings_of()
            outcomes = door(body=bodies[0], others=bodies[1:], again=False, settings=settings)
        else:
            outcomes = [deliver(self.service.on_promised, envelope) for envelope in envelopes]
        assert outcomes == [Outcome.DONE] * times
        return envelopes

    def inbox(self) -> list[Row]:
        """What was written down of events that came."""
        with self.database.reading() as open_:
            return open_.all(select(inbox))

    def passes(self, **duration: float) -> None:
        self.clock.move_to(self.clock.now() + timedelta(**duration))

    def dispatches(self) -> None:
        """One tick, and the calls it began have come to their end."""
        self.service.every_second_call_partners()
        assert self.dispatcher.wait(15), "a call does not end"

    def deliveries(self, webhook: Mapping[str, Any]) -> list[Row]:
        """In the order in which they were written."""
        of_it = select(webhook_deliveries).where(webhook_deliveries.c.endpoint_id == UUID(webhook["id"]))
        with self.database.reading() as open_:
            return open_.all(of_it.order_by(webhook_deliveries.c.id))

    def delivery(self, webhook: Mapping[str, Any]) -> Row:
        """The only one."""
        (row,) = self.deliveries(webhook)
        return row
