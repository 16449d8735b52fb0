"""The door of the leases service: what may be asked of it, and what it listens to."""

from collections.abc import Mapping, Sequence
from typing import Any

from nameko.extensions import DependencyProvider

from chassis.bus.rpc import Asks, Neighbour
from chassis.context import AGENT, CUSTOMER
from chassis.doors import Call, ErrandCall, EventCall, Service, command, errand, query, reaction, timer
from chassis.doors.call import Question
from chassis.schemas import Nothing
from services.accounts.contract import events as accounts_events
from services.leases import operations, queries
from services.leases.contract import (
    approvals,
    early_ends,
    events,
    extensions,
    lease_end,
    options,
    schemas,
    settings,
    turn_ins,
    work,
)
from services.payments.contract import events as payments_events

PERSONS = (CUSTOMER, AGENT)
MINUTE_SECONDS = 60
BATCH = 200


def _figures(service: "LeasesService", question: Question) -> Mapping[str, Any]:
    """What accounts says of the lease today; None where it does not answer."""
    found = operations.find_figures(
        accounts=service.accounts, caller=question.context, account_id=question.request["account_id"],
        on=service.clock.today(),
    )  # fmt: skip
    return {"figures": found}


def _figures_needed(service: "LeasesService", question: Question) -> Mapping[str, Any]:
    """The same, of which nothing is begun without accounts."""
    found = operations.ask_figures(
        accounts=service.accounts, caller=question.context, account_id=question.request["account_id"],
        on=service.clock.today(),
    )  # fmt: skip
    return {"figures": found}


def _purchase(service: "LeasesService", question: Question) -> Mapping[str, Any]:
    """A purchase as it would be priced."""
    purchase = operations.price_purchase(
        service.store, accounts=service.accounts, caller=question.context, today=service.clock.today(),
        **question.request,
    )  # fmt: skip
    return {"purchase": purchase}


def _promised(service: "LeasesService", question: Question) -> Mapping[str, Any]:
    """The same, and accounts' promise of that price."""
    priced = _purchase(service, question)
    quote = operations.promise_price(
        service.store, accounts=service.accounts, caller=question.context, key=question.key or "",
        today=service.clock.today(), **priced,
    )  # fmt: skip
    return {**priced, "quote": quote}


class LessorProvider(DependencyProvider):
    """Gives each worker the name and address that the lessor signs with."""

    needs = settings.LESSOR

    def get_dependency(self, worker_ctx: Any) -> Mapping[str, str]:  # noqa: ARG002 - nameko's signature
        read = self.container.config["settings"]
        return {"name": read["LESSOR_NAME"], "address": read["LESSOR_ADDRESS"]}


class LeasesService(Service):
    """Leases: contract, car and options."""

    name = "leases"
    lessor: Mapping[str, str] = LessorProvider()

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

    @query(takes=options.GetBuyoutQuote, gives=options.BuyoutPreview, may=PERSONS, asks=_purchase)
    def get_buyout_quote(self, call: Call) -> Any:
        return call.answers["purchase"].preview

    @command(takes=options.StartBuyout, gives=options.Buyout, may=PERSONS, asks=_promised, idempotent=True)
    def start_buyout(self, call: Call) -> Any:
        return operations.start_buyout(
            call.transaction, caller=call.context, now=self.clock.now(), today=self.clock.today(), **call.answers
        )

    @query(takes=options.GetOption, gives=options.Buyout, may=PERSONS)
    def get_buyout(self, call: Call) -> Any:
        return queries.get_buyout(call.transaction, caller=call.context, today=self.clock.today(), **call.request)

    @command(takes=options.GetOption, gives=options.Buyout, may=PERSONS)
    def cancel_buyout(self, call: Call) -> Any:
        return operations.cancel_buyout(
            call.transaction, caller=call.context, now=self.clock.now(), today=self.clock.today(), **call.request
        )

    @command(
        takes=turn_ins.ScheduleTurnIn, gives=turn_ins.TurnIn, may=PERSONS, asks=_figures_needed, idempotent=True
    )  # fmt: skip
    def schedule_turn_in(self, call: Call) -> Any:
        return operations.schedule_turn_in(
            call.transaction, caller=call.context, now=self.clock.now(), today=self.clock.today(), **call.answers,
            **call.request,
        )  # fmt: skip

    @query(takes=options.GetOption, gives=turn_ins.TurnIn, may=PERSONS)
    def get_turn_in(self, call: Call) -> Any:
        return queries.get_turn_in(call.transaction, caller=call.context, **call.request)

    @command(takes=options.GetOption, gives=turn_ins.TurnIn, may=PERSONS)
    def cancel_turn_in(self, call: Call) -> Any:
        return operations.cancel_turn_in(
            call.transaction, caller=call.context, now=self.clock.now(), today=self.clock.today(), **call.request
        )

    @command(takes=turn_ins.ReceiveVehicle, gives=turn_ins.TurnIn, may=(AGENT,), idempotent=True)
    def receive_vehicle(self, call: Call) -> Any:
        return operations.receive_vehicle(
            call.transaction, caller=call.context, now=self.clock.now(), today=self.clock.today(), **call.request
        )

    @command(takes=turn_ins.InspectVehicle, gives=turn_ins.TurnIn, may=(AGENT,), idempotent=True)
    def inspect_vehicle(self, call: Call) -> Any:
        return operations.inspect_vehicle(
            call.transaction, caller=call.context, now=self.clock.now(), today=self.clock.today(), **call.request
        )

    @query(
        takes=early_ends.GetEarlyTerminationQuote, gives=early_ends.EarlyTerminationQuote, may=PERSONS,
        asks=_figures_needed,
    )  # fmt: skip
    def get_early_termination_quote(self, call: Call) -> Any:
        return queries.get_early_termination_quote(
            call.transaction, caller=call.context, **call.answers, **call.request
        )  # fmt: skip

    @command(
        takes=early_ends.GiveServicememberNotice, gives=early_ends.ServicememberNotice, may=(CUSTOMER,), idempotent=True
    )  # fmt: skip
    def give_servicemember_notice(self, call: Call) -> Any:
        return operations.give_servicemember_notice(
            call.transaction, caller=call.context, now=self.clock.now(), today=self.clock.today(), **call.request
        )

    @query(takes=schemas.OneLease, gives=early_ends.ServicememberNotice, may=PERSONS)
    def get_servicemember_notice(self, call: Call) -> Any:
        return queries.get_servicemember_notice(call.transaction, caller=call.context, **call.request)

    @command(takes=schemas.OneLease, gives=early_ends.ServicememberNotice, may=(CUSTOMER,))
    def withdraw_servicemember_notice(self, call: Call) -> Any:
        return operations.withdraw_servicemember_notice(
            call.transaction, caller=call.context, now=self.clock.now(), today=self.clock.today(), **call.request
        )

    @command(takes=early_ends.EndEarly, gives=early_ends.EarlyEnd, may=(AGENT,), asks=_figures_needed, idempotent=True)
    def end_early(self, call: Call) -> Any:
        return operations.end_early(
            call.transaction, caller=call.context, now=self.clock.now(), today=self.clock.today(), **call.answers,
            **call.request,
        )  # fmt: skip

    @errand(events.end_bill_itemised)
    def on_end_bill_itemised(self, call: ErrandCall) -> None:
        operations.bill_end(
            call.store, accounts=self.accounts, context=call.context, told=call.data, key=call.key
        )  # fmt: skip

    @command(takes=turn_ins.DisputeEndBill, gives=turn_ins.TurnIn, may=PERSONS, idempotent=True)
    def dispute_end_bill(self, call: Call) -> Any:
        return operations.dispute_end_bill(
            call.transaction, caller=call.context, today=self.clock.today(), **call.request
        )

    @command(takes=turn_ins.DecideDispute, gives=turn_ins.TurnIn, may=(AGENT,), idempotent=True)
    def decide_dispute(self, call: Call) -> Any:
        return operations.decide_dispute(
            call.transaction, caller=call.context, today=self.clock.today(), **call.request
        )  # fmt: skip

    @errand(events.end_bill_credited)
    def on_end_bill_credited(self, call: ErrandCall) -> None:
        operations.credit_end(
            call.store, accounts=self.accounts, context=call.context, cause=call.cause, told=call.data, key=call.key
        )

    @query(takes=work.ListLeaseWork, gives=work.LeaseWork, may=(AGENT,))
    def list_lease_work(self, call: Call) -> Any:
        return queries.list_lease_work(call.transaction, caller=call.context, **call.request)

    @command(
        takes=extensions.RequestExtension, gives=extensions.Extension, may=PERSONS, asks=_figures_needed,
        idempotent=True,
    )  # fmt: skip
    def request_extension(self, call: Call) -> Any:
        return operations.request_extension(
            call.transaction, caller=call.context, now=self.clock.now(), today=self.clock.today(), **call.answers,
            **call.request,
        )  # fmt: skip

    @query(takes=options.GetOption, gives=extensions.Extension, may=PERSONS)
    def get_extension(self, call: Call) -> Any:
        return queries.get_extension(call.transaction, caller=call.context, **call.request)

    @query(takes=Nothing, gives=approvals.Approvals, may=(CUSTOMER,))
    def list_approvals(self, call: Call) -> Any:
        return queries.list_approvals(call.transaction, caller=call.context, today=self.clock.today())

    @command(takes=options.GetOption, gives=extensions.Extension, may=(CUSTOMER,), idempotent=True)
    def accept_extension(self, call: Call) -> Any:
        return operations.accept_extension(
            call.transaction, caller=call.context, now=self.clock.now(), today=self.clock.today(), **call.request
        )

    @command(takes=options.GetOption, gives=extensions.Extension, may=PERSONS)
    def withdraw_extension(self, call: Call) -> Any:
        return operations.withdraw_extension(
            call.transaction, caller=call.context, now=self.clock.now(), today=self.clock.today(), **call.request
        )

    @command(takes=extensions.DecideExtension, gives=extensions.Extension, may=(AGENT,), idempotent=True)
    def decide_extension(self, call: Call) -> Any:
        return operations.decide_extension(
            call.transaction, caller=call.context, now=self.clock.now(), today=self.clock.today(), **call.request
        )

    @query(takes=schemas.OneLease, gives=extensions.Renewal, may=PERSONS)
    def get_renewal(self, call: Call) -> Any:
        return queries.get_renewal(call.transaction, caller=call.context, **call.request)

    @command(takes=schemas.OneLease, gives=extensions.Renewal, may=PERSONS)
    def end_renewal(self, call: Call) -> Any:
        return operations.give_notice(
            call.transaction, caller=call.context, today=self.clock.today(), **call.request
        )  # fmt: skip

    @errand(events.extension_accepted)
    def on_extension_accepted(self, call: ErrandCall) -> None:
        operations.apply_extension(
            call.store, accounts=self.accounts, clock=self.clock, context=call.context, cause=call.cause,
            told=call.data, key=call.key,
        )  # fmt: skip

    @command(takes=options.SignOdometerStatement, gives=options.OdometerStatement, may=(CUSTOMER,), idempotent=True)
    def sign_odometer_statement(self, call: Call) -> Any:
        return operations.sign_odometer_statement(
            call.transaction, caller=call.context, lessor=self.lessor, now=self.clock.now(), today=self.clock.today(),
            **call.request,
        )  # fmt: skip

    @reaction(payments_events.payment_posted, at_once=True)
    def on_payment_posted(self, calls: Sequence[EventCall]) -> None:
        operations.note_posted_payments(calls, now=self.clock.now(), today=self.clock.today())

    @reaction(payments_events.payment_returned)
    def on_payment_returned(self, call: EventCall) -> None:
        operations.note_returned_payment(
            call.transaction, event_id=call.event.id, payment=call.data, now=self.clock.now(), today=self.clock.today()
        )

    @reaction(accounts_events.payment_applied, at_once=True)
    def on_payment_applied(self, calls: Sequence[EventCall]) -> None:
        operations.note_applied_payments(calls, now=self.clock.now(), today=self.clock.today())

    @reaction(accounts_events.payment_reversed)
    def on_payment_reversed(self, call: EventCall) -> None:
        self._note_standing(call)

    @reaction(accounts_events.payment_past_due)
    def on_payment_past_due(self, call: EventCall) -> None:
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

    @reaction(accounts_events.lease_extended)
    def on_lease_extended(self, call: EventCall) -> None:
        self._note_standing(call)

    @reaction(accounts_events.schedule_changed)
    def on_schedule_changed(self, call: EventCall) -> None:
        self._note_standing(call)

    @reaction(accounts_events.business_day_closed)
    def on_business_day_closed(self, call: EventCall) -> None:
        operations.follow_day(
            call.transaction, on=call.data["business_on"], now=self.clock.now(), today=self.clock.today()
        )

    @timer(every_seconds=MINUTE_SECONDS)
    def every_minute_lapse_options(self) -> None:
        with self.store.writing() as transaction:
            operations.lapse_options(transaction, limit=BATCH, now=self.clock.now(), today=self.clock.today())

    @timer(every_seconds=MINUTE_SECONDS)
    def every_minute_tell_milestones(self) -> None:
        with self.store.writing() as transaction:
            operations.sweep_milestones(transaction, limit=BATCH, now=self.clock.now(), today=self.clock.today())

    def _note_standing(self, call: EventCall) -> None:
        operations.follow_account(
            call.transaction, name=call.event.name, event_id=call.event.id, sequence=call.event.sequence,
            told=call.data, now=self.clock.now(), today=self.clock.today(),
        )  # fmt: skip
