"""The door of payments: what may be asked of it, what it listens to, and who answers."""

from collections.abc import Mapping
from typing import Any

from nameko.extensions import DependencyProvider

from chassis.bus.rpc import Asks, Neighbour
from chassis.context import AGENT, CUSTOMER
from chassis.doors import Call, ErrandCall, EventCall, Service, command, errand, query, reaction, timer
from chassis.doors.call import Question
from chassis.keys import FieldCipher
from chassis.schemas import Nothing
from chassis.settings import Setting
from services.accounts.contract import events as accounts_events
from services.payments import operations, queries
from services.payments.contract import autopay, events, schemas, settings
from services.payments.providers.interface import Processor
from services.payments.providers.sandbox_processor import SandboxProcessor
from services.payments.rules.policy import Policy, policy_of

PERSONS = (CUSTOMER, AGENT)
DUE_SECONDS = 5


class ProcessorProvider(DependencyProvider):
    """Gives each worker the processor that the settings name."""

    needs = (
        Setting("PROCESSOR_BASE_URL", "url", "The card and ACH processor, or the sandbox that plays it"),
        Setting("PROCESSOR_API_KEY", "text", "The key with which the processor knows us", secret=True),
    )

    def setup(self) -> None:
        settings = self.container.config["settings"]
        self._processor = SandboxProcessor(
            base_url=settings["PROCESSOR_BASE_URL"], api_key=settings["PROCESSOR_API_KEY"]
        )

    def get_dependency(self, worker_ctx: Any) -> Processor:  # noqa: ARG002 - nameko's signature
        return self._processor


class PolicyProvider(DependencyProvider):
    """Gives each worker what the company decides about dates and methods."""

    needs = settings.POLICY

    def setup(self) -> None:
        self._policy = policy_of(self.container.config["settings"])

    def get_dependency(self, worker_ctx: Any) -> Policy:  # noqa: ARG002 - nameko's signature
        return self._policy


class CipherProvider(DependencyProvider):
    """Gives each worker the cipher of bank account numbers."""

    def setup(self) -> None:
        self._cipher = FieldCipher(folder=self.container.config["settings"]["KEYS_DIR"], purpose="fields-payments")

    def get_dependency(self, worker_ctx: Any) -> FieldCipher:  # noqa: ARG002 - nameko's signature
        return self._cipher


def _card(service: "PaymentsService", question: Question) -> Mapping[str, Any]:
    return operations.look_up_card(service.processor, token=question.request.get("processor_token"))


def _standing(service: "PaymentsService", question: Question) -> Mapping[str, Any]:
    known = {"accounts": service.accounts, "caller": question.context}
    quote = operations.learn_quote(
        service.store, account_id=question.request["account_id"], quote_id=question.request["quote_id"], **known
    )
    wish = operations.wish_of(question.request, today=service.clock.today(), quoted_cents=quote.get("quoted_cents"))
    return {**quote, **operations.learn_standing(service.store, wish=wish, **known)}


def _plan(service: "PaymentsService", question: Question) -> Mapping[str, Any]:
    return operations.autopay.learn_plan(
        service.store, accounts=service.accounts, caller=question.context,
        account_id=question.request["account_id"], today=service.clock.today(),
    )  # fmt: skip


class PaymentsService(Service):
    name = "payments"

    accounts: Asks = Neighbour("accounts")
    processor: Processor = ProcessorProvider()
    cipher: FieldCipher = CipherProvider()
    policy: Policy = PolicyProvider()

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
            policy=self.policy.schedule, answers=call.answers, request=call.request,
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

    @query(takes=schemas.GetPayment, gives=schemas.Payment, may=PERSONS)
    def get_payment(self, call: Call) -> Any:
        return queries.get_payment(call.transaction, caller=call.context, **call.request)

    @query(takes=schemas.ListPayments, gives=schemas.Payments, may=PERSONS)
    def list_payments(self, call: Call) -> Any:
        return queries.list_payments(call.transaction, caller=call.context, **call.request)

    @query(takes=schemas.ListPendingPayments, gives=schemas.PendingPayments, may=PERSONS)
    def list_pending_payments(self, call: Call) -> Any:
        return queries.list_pending_payments(call.transaction, caller=call.context, **call.request)

    @errand(events.payment_submitted, settles="settle_charge")
    def on_payment_submitted(self, call: ErrandCall) -> None:
        operations.charge_payment(
            call.store, processor=self.processor, cipher=self.cipher, clock=self.clock, cause=call.cause,
            payment_id=call.data["payment_id"],
        )  # fmt: skip

    def settle_charge(self, call: ErrandCall) -> None:
        operations.settle_charge(
            call.store, processor=self.processor, cipher=self.cipher, clock=self.clock, cause=call.cause,
            payment_id=call.data["payment_id"],
        )  # fmt: skip

    @reaction(accounts_events.account_opened)
    def on_account_opened(self, call: EventCall) -> None:
        operations.note_standing(call.transaction, sequence=call.event.sequence, data=call.data)

    @reaction(accounts_events.payment_applied)
    def on_payment_applied(self, call: EventCall) -> None:
        operations.note_payment_applied(
            call.transaction, sequence=call.event.sequence, applied_at=call.event.time, data=call.data
        )

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
        operations.send_due(self.store, accounts=self.accounts, clock=self.clock, on=self.clock.today())
