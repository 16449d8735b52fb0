"""The door of the leases service: what may be asked of it, and what it listens to."""

from typing import Any

from chassis.context import AGENT, CUSTOMER
from chassis.doors import Call, EventCall, Service, query, reaction
from services.accounts.contract import events as accounts_events
from services.leases import operations, queries
from services.leases.contract import schemas
from services.payments.contract import events as payments_events


class LeasesService(Service):
    """Leases: contract, car and options."""

    name = "leases"

    @query(takes=schemas.OneLease, gives=schemas.Lease, may=(CUSTOMER, AGENT))
    def get_lease(self, call: Call) -> Any:
        return queries.get_lease(call.transaction, caller=call.context, **call.request)

    @query(takes=schemas.OneLease, gives=schemas.LeaseEnd, may=(CUSTOMER, AGENT))
    def get_lease_end(self, call: Call) -> Any:
        return queries.get_lease_end(call.transaction, caller=call.context, today=self.clock.today(), **call.request)

    @reaction(payments_events.payment_posted)
    def on_payment_posted(self, call: EventCall) -> None:
        operations.note_posted_payment(
            call.transaction, event_id=call.event.id, account_id=call.data["account_id"],
            payment_id=call.data["payment_id"], presentment_number=call.data["presentment_number"],
            amount_cents=call.data["amount_cents"], now=self.clock.now(), today=self.clock.today(),
        )  # fmt: skip

    @reaction(accounts_events.payment_applied)
    def on_payment_applied(self, call: EventCall) -> None:
        operations.note_standing(
            call.transaction, event_id=call.event.id, sequence=call.event.sequence,
            account_id=call.data["account_id"], payment_id=call.data["payment_id"],
            presentment_number=call.data["presentment_number"], amount_cents=call.data["amount_cents"],
            standing=call.data["standing"], now=self.clock.now(), today=self.clock.today(),
        )  # fmt: skip

    @reaction(accounts_events.payment_reversed)
    def on_payment_reversed(self, call: EventCall) -> None:
        operations.note_standing(
            call.transaction, event_id=call.event.id, sequence=call.event.sequence,
            account_id=call.data["account_id"], payment_id=call.data["payment_id"],
            presentment_number=call.data["presentment_number"], amount_cents=call.data["amount_cents"],
            standing=call.data["standing"], now=self.clock.now(), today=self.clock.today(),
        )  # fmt: skip
