"""The door of payments: what may be asked of it, what it listens to, and who answers."""

from collections.abc import Mapping, Sequence
from typing import Any

from chassis.bus.rpc import Asks, Neighbour
from chassis.context import AGENT, ANONYMOUS, CUSTOMER
from chassis.doors import Call, ErrandCall, EventCall, Service, command, errand, query, reaction, timer
from chassis.doors.call import Question
from chassis.keys import FieldCipher
from chassis.schemas import Nothing
from services.accounts.contract import events as accounts_events
from services.payments import operations, queries
from services.payments.contract import autopay, events, notices, receipts, schemas
from services.payments.providers.interface import Processor
from services.payments.providers.reports import ProcessorReports
from services.payments.providers.wiring import (
    CipherProvider,
    PaymentDayProvider,
    PolicyProvider,
    ProcessorProvider,
    ProcessorReportsProvider,
)
from services.payments.rules.days import PaymentDayPolicy
from services.payments.rules.policy import Policy

PERSONS = (CUSTOMER, AGENT)
STAFF = (AGENT,)
DUE_SECONDS = 2
# While two handfuls are with the processor, the next ones are on their way.
CHARGED_AHEAD = 40


def _card(service: "PaymentsService", question: Question) -> Mapping[str, Any]:
    return operations.look_up_card(service.processor, token=question.request.get("processor_token"))


def _standing(service: "PaymentsService", question: Question) -> Mapping[str, Any]:
    quote = operations.learn_quote(
        service.store, accounts=service.accounts, caller=question.context,
        account_id=question.request["account_id"], quote_id=question.request["quote_id"],
    )  # fmt: skip
    wish = operations.wish_of(
        question.request, now=service.clock.now(), today=service.clock.today(), policy=service.policy,
        quoted_cents=quote.get("quoted_cents"),
    )  # fmt: skip
    standing = operations.learn_standing(
        service.store, accounts=service.accounts, caller=question.context, wish=wish
    )  # fmt: skip
    return {**quote, **standing}


def _costs(service: "PaymentsService", question: Question) -> Mapping[str, Any]:
    return operations.learn_state(
        service.store, accounts=service.accounts, caller=question.context, policy=service.policy,
        account_id=question.request["account_id"],
    )  # fmt: skip


def _plan(service: "PaymentsService", question: Question) -> Mapping[str, Any]:
    return operations.autopay.learn_plan(
        service.store, accounts=service.accounts, caller=question.context,
        account_id=question.request["account_id"], today=service.clock.today(),
    )  # fmt: skip


def _reports(service: "PaymentsService", question: Question) -> Mapping[str, Any]:
    """What the processor reports, once its signature holds."""
    return {"reports": service.reports.read(**question.request, now=service.clock.now())}


def _account(service: "PaymentsService", question: Question) -> Mapping[str, Any]:
    return operations.learn_account(
        service.store, accounts=service.accounts, caller=question.context, account_id=question.request["account_id"]
    )


class PaymentsService(Service):
    name = "payments"

    accounts: Asks = Neighbour("accounts")
    processor: Processor = ProcessorProvider()
    reports: ProcessorReports = ProcessorReportsProvider()
    cipher: FieldCipher = CipherProvider()
    policy: Policy = PolicyProvider()
    payment_day: PaymentDayPolicy = PaymentDayProvider()

    @command(takes=schemas.AddPaymentMethod, gives=schemas.PaymentMethod, may=PERSONS, asks=_card)
    def add_payment_method(self, call: Call) -> Any:
        return operations.add_payment_method(
            call.transaction, cipher=self.cipher, now=self.clock.now(), today=self.clock.today(),
            caller=call.context, policy=self.policy.methods, answers=call.answers, request=call.request,
        )  # fmt: skip

    @query(takes=schemas.ListPaymentMethods, gives=schemas.PaymentMethods, may=PERSONS)
    def list_payment_methods(self, call: Call) -> Any:
        return queries.list_payment_methods(call.transaction, caller=call.context, **call.request)

    @command(takes=schemas.RemovePaymentMethod, gives=Nothing, may=PERSONS)
    def remove_payment_method(self, call: Call) -> None:
        operations.remove_payment_method(call.transaction, now=self.clock.now(), caller=call.context, **call.request)

    @command(takes=schemas.SubmitPayment, gives=schemas.Payment, may=PERSONS, asks=_standing, idempotent=True)
    def submit_payment(self, call: Call) -> Any:
        return operations.submit_payment(
            call.transaction, now=self.clock.now(), today=self.clock.today(), caller=call.context,
            policy=self.policy, answers=call.answers, request=call.request,
        )  # fmt: skip

    @command(takes=schemas.CancelPayment, gives=schemas.Payment, may=PERSONS)
    def cancel_payment(self, call: Call) -> Any:
        return operations.cancel_payment(
            call.transaction, now=self.clock.now(), today=self.clock.today(), caller=call.context,
            policy=self.policy.schedule, **call.request,
        )  # fmt: skip

    @query(takes=autopay.GetAutopay, gives=autopay.Autopay, may=PERSONS)
    def get_autopay(self, call: Call) -> Any:
        return queries.get_autopay(call.transaction, caller=call.context, today=self.clock.today(), **call.request)

    @command(takes=autopay.PutAutopay, gives=autopay.Autopay, may=PERSONS, asks=_plan)
    def put_autopay(self, call: Call) -> Any:
        return operations.autopay.put_autopay(
            call.transaction, now=self.clock.now(), today=self.clock.today(), caller=call.context,
            answers=call.answers, request=call.request,
        )  # fmt: skip

    @command(takes=autopay.RemoveAutopay, gives=autopay.Autopay, may=PERSONS)
    def remove_autopay(self, call: Call) -> Any:
        return operations.autopay.remove_autopay(
            call.transaction, now=self.clock.now(), today=self.clock.today(), caller=call.context, **call.request
        )

    @command(takes=autopay.SkipDraft, gives=autopay.Autopay, may=PERSONS, idempotent=True)
    def skip_draft(self, call: Call) -> Any:
        return operations.autopay.skip_draft(
            call.transaction, now=self.clock.now(), today=self.clock.today(), caller=call.context, **call.request
        )

    @command(takes=autopay.StopDraft, gives=autopay.Autopay, may=STAFF, idempotent=True)
    def stop_draft(self, call: Call) -> Any:
        return operations.autopay.stop_draft(
            call.transaction, now=self.clock.now(), today=self.clock.today(), caller=call.context, **call.request
        )

    @query(takes=schemas.GetPaymentOptions, gives=schemas.PaymentOptions, may=PERSONS, asks=_costs)
    def get_payment_options(self, call: Call) -> Any:
        return queries.get_payment_options(
            now=self.clock.now(), today=self.clock.today(), policy=self.policy, answers=call.answers, **call.request
        )

    @query(takes=schemas.GetPayment, gives=schemas.Payment, may=PERSONS)
    def get_payment(self, call: Call) -> Any:
        return queries.get_payment(call.transaction, caller=call.context, **call.request)

    @query(takes=schemas.ListPayments, gives=schemas.Payments, may=PERSONS)
    def list_payments(self, call: Call) -> Any:
        return queries.list_payments(call.transaction, caller=call.context, **call.request)

    @query(takes=schemas.ListPendingPayments, gives=schemas.PendingPayments, may=PERSONS)
    def list_pending_payments(self, call: Call) -> Any:
        return queries.list_pending_payments(call.transaction, caller=call.context, **call.request)

    @command(takes=schemas.RecordProcessorEvents, gives=Nothing, may=(ANONYMOUS,), asks=_reports)
    def record_processor_events(self, call: Call) -> None:
        operations.record_reports(
            call.transaction, reports=call.answers["reports"], now=self.clock.now(), today=self.clock.today()
        )

    @command(takes=schemas.RefundPayment, gives=schemas.PaymentRefund, may=STAFF, idempotent=True)
    def refund_payment(self, call: Call) -> Any:
        return operations.refund_payment(
            call.transaction, caller=call.context, now=self.clock.now(), **call.request
        )  # fmt: skip

    @query(takes=schemas.ListPaymentWorkItems, gives=schemas.PaymentWorkItems, may=STAFF)
    def list_work_items(self, call: Call) -> Any:
        return queries.list_work_items(call.transaction, **call.request)

    @command(takes=schemas.ClosePaymentWorkItem, gives=Nothing, may=STAFF)
    def close_work_item(self, call: Call) -> None:
        operations.close_work_item(call.transaction, caller=call.context, now=self.clock.now(), **call.request)

    @query(takes=notices.ListAchNotices, gives=notices.AchNotices, may=STAFF)
    def list_ach_notices(self, call: Call) -> Any:
        return queries.list_notices(call.transaction, cipher=self.cipher, **call.request)

    @command(takes=notices.CloseAchNotice, gives=Nothing, may=STAFF)
    def close_ach_notice(self, call: Call) -> None:
        operations.note_looked_at(call.transaction, caller=call.context, now=self.clock.now(), **call.request)

    @query(takes=receipts.ListUnmatchedReceipts, gives=receipts.Receipts, may=STAFF)
    def list_unmatched_receipts(self, call: Call) -> Any:
        return queries.list_unmatched_receipts(call.transaction, cipher=self.cipher, **call.request)

    @command(takes=receipts.ResolveReceipt, gives=receipts.Receipt, may=STAFF, asks=_account, idempotent=True)
    def resolve_receipt(self, call: Call) -> Any:
        return operations.resolve_receipt(
            call.transaction, caller=call.context, now=self.clock.now(), cipher=self.cipher, **call.request
        )

    @command(takes=receipts.SendReceiptBack, gives=receipts.Receipt, may=STAFF, idempotent=True)
    def send_receipt_back(self, call: Call) -> Any:
        return operations.send_receipt_back(
            call.transaction, caller=call.context, now=self.clock.now(), cipher=self.cipher, **call.request
        )

    @errand(events.payment_submitted, settles="settle_charge", at_once=True, limit=CHARGED_AHEAD)
    def on_payment_submitted(self, calls: Sequence[ErrandCall]) -> Mapping[str, Exception]:
        return operations.charge_payments(self._till(), calls=calls)

    def settle_charge(self, call: ErrandCall) -> None:
        operations.settle_charge(self._till(), cause=call.cause, payment_id=call.data["payment_id"])

    @reaction(accounts_events.account_opened)
    def on_account_opened(self, call: EventCall) -> None:
        operations.note_standing(call.transaction, sequence=call.event.sequence, data=call.data)

    @reaction(accounts_events.payment_applied, at_once=True)
    def on_payment_applied(self, calls: Sequence[EventCall]) -> None:
        operations.note_payments_applied(calls)

    @reaction(accounts_events.account_paid_off)
    def on_account_paid_off(self, call: EventCall) -> None:
        operations.note_paid_off(call.transaction, sequence=call.event.sequence, data=call.data, now=self.clock.now())

    @reaction(accounts_events.schedule_changed)
    def on_schedule_changed(self, call: EventCall) -> None:
        operations.autopay.note_schedule_changed(
            call.transaction, sequence=call.event.sequence, data=call.data, today=self.clock.today(),
            now=self.clock.now(),
        )  # fmt: skip

    @timer(every_seconds=DUE_SECONDS)
    def every_few_seconds_send_due(self) -> None:
        operations.send_due_of_open_day(self.store, accounts=self.accounts, clock=self.clock)

    @reaction(accounts_events.account_accelerated)
    def on_account_accelerated(self, call: EventCall) -> None:
        operations.note_standing(call.transaction, sequence=call.event.sequence, data=call.data)

    @reaction(accounts_events.lease_extended)
    def on_lease_extended(self, call: EventCall) -> None:
        operations.note_standing(call.transaction, sequence=call.event.sequence, data=call.data)

    @reaction(accounts_events.account_charged_off)
    def on_account_charged_off(self, call: EventCall) -> None:
        operations.autopay.note_charged_off(
            call.transaction, sequence=call.event.sequence, data=call.data, now=self.clock.now()
        )

    @reaction(accounts_events.account_flagged)
    def on_account_flagged(self, call: EventCall) -> None:
        operations.autopay.note_flagged(
            call.transaction, sequence=call.event.sequence, data=call.data, today=self.clock.today(),
            now=self.clock.now(),
        )  # fmt: skip

    @reaction(accounts_events.payment_reversed)
    def on_payment_reversed(self, call: EventCall) -> None:
        operations.note_payment_reversed(call.transaction, sequence=call.event.sequence, data=call.data)

    @reaction(accounts_events.account_reopened)
    def on_account_reopened(self, call: EventCall) -> None:
        operations.note_standing(call.transaction, sequence=call.event.sequence, data=call.data)

    @reaction(accounts_events.account_closed)
    def on_account_closed(self, call: EventCall) -> None:
        operations.note_standing(call.transaction, sequence=call.event.sequence, data=call.data)

    @reaction(accounts_events.refund_due)
    def on_refund_due(self, call: EventCall) -> None:
        operations.note_refund_due(
            call.transaction, due=call.data, now=self.clock.now(), today=self.clock.today()
        )  # fmt: skip

    @errand(events.refund_requested, settles="settle_refund")
    def on_refund_requested(self, call: ErrandCall) -> None:
        operations.pay_refund(
            call.store, processor=self.processor, clock=self.clock, cause=call.cause, refund_id=call.data["refund_id"]
        )

    def settle_refund(self, call: ErrandCall) -> None:
        operations.settle_refund(
            call.store, processor=self.processor, clock=self.clock, cause=call.cause, refund_id=call.data["refund_id"]
        )

    @timer(every_seconds=10)
    def every_ten_seconds_present_again(self) -> None:
        operations.present_again(self.store, today=self.clock.today())

    @reaction(accounts_events.business_day_opened)
    def on_business_day_opened(self, call: EventCall) -> None:
        operations.open_payment_day(
            call.transaction, business_on=call.data["business_on"], policy=self.payment_day,
            now=self.clock.now(), today=self.clock.today(),
        )  # fmt: skip

    @timer(every_seconds=1)
    def every_second_close_the_payment_day(self) -> None:
        with self.store.writing() as transaction:
            operations.close_payment_day(
                transaction, policy=self.payment_day, now=self.clock.now(), today=self.clock.today()
            )

    def _till(self) -> operations.Till:
        return operations.Till(store=self.store, processor=self.processor, cipher=self.cipher, clock=self.clock)
