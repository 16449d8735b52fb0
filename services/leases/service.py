"""The door of the leases service: what may be asked of it, and what it listens to."""

from collections.abc import Mapping
from typing import Any

from chassis.bus.rpc import Asks, Neighbour
from chassis.context import AGENT, CUSTOMER
from chassis.doors import Call, EventCall, Service, command, query, reaction
from chassis.doors.call import Question
from services.accounts.contract import events as accounts_events
from services.leases import operations, queries
from services.leases.contract import lease_end, schemas
from services.payments.contract import events as payments_events

PERSONS = (CUSTOMER, AGENT)


def _figures(service: "LeasesService", question: Question) -> Mapping[str, Any]:
    """What accounts says of the lease today; None where it does not answer."""
    found = queries.find_figures(
        accounts=service.accounts, caller=question.context, account_id=question.request["account_id"],
        on=service.clock.today(),
    )  # fmt: skip
    return {"figures": found}


class LeasesService(Service):
    """Leases: contract, car and options."""

    name = "leases"

    accounts: Asks = Neighbour("accounts")

    @query(takes=schemas.OneLease, gives=schemas.Lease, may=PERSONS)
    def get_lease(self, call: Call) -> Any:
        return queries.get_lease(call.transaction, caller=call.context, **call.request)

    @query(takes=schemas.OneLease, gives=schemas.LeaseEnd, may=PERSONS, asks=_figures)
    def get_lease_end(self, call: Call) -> Any:
        return queries.get_lease_end(
            call.transaction, caller=call.context, today=self.clock.today(), **call.answers, **call.request
        )

    @query(takes=lease_end.GetLeaseCalendar, gives=lease_end.LeaseCalendar, may=PERSONS)
    def get_lease_calendar(self, call: Call) -> Any:
        return queries.get_lease_calendar(call.transaction, caller=call.context, now=self.clock.now(), **call.request)

    @query(takes=lease_end.ListOdometerReadings, gives=lease_end.OdometerReadings, may=PERSONS)
    def list_odometer_readings(self, call: Call) -> Any:
        return queries.list_odometer_readings(call.transaction, caller=call.context, **call.request)

    @command(takes=lease_end.RecordOdometerReading, gives=lease_end.OdometerReading, may=PERSONS)
    def record_odometer_reading(self, call: Call) -> Any:
        return operations.record_odometer_reading(
            call.transaction, caller=call.context, now=self.clock.now(), today=self.clock.today(), **call.request
        )

    @reaction(payments_events.payment_posted)
    def on_payment_posted(self, call: EventCall) -> None:
        operations.note_posted_payment(
            call.transaction, event_id=call.event.id, payment=call.data, now=self.clock.now(), today=self.clock.today()
        )

    @reaction(accounts_events.payment_applied)
    def on_payment_applied(self, call: EventCall) -> None:
        self._note_standing(call)

    @reaction(accounts_events.payment_reversed)
    def on_payment_reversed(self, call: EventCall) -> None:
        self._note_standing(call)

    @reaction(accounts_events.account_paid_off)
    def on_account_paid_off(self, call: EventCall) -> None:
        self._note_standing(call)

    @reaction(accounts_events.account_reopened)
    def on_account_reopened(self, call: EventCall) -> None:
        self._note_standing(call)

    @reaction(accounts_events.account_closed)
    def on_account_closed(self, call: EventCall) -> None:
        self._note_standing(call)

    def _note_standing(self, call: EventCall) -> None:
        operations.note_standing(
            call.transaction, name=call.event.name, event_id=call.event.id, sequence=call.event.sequence,
            told=call.data, now=self.clock.now(), today=self.clock.today(),
        )  # fmt: skip
