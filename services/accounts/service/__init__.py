"""The door of accounts: what may be asked of it, what it hears, and who answers."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from chassis.context import AGENT, CUSTOMER, SERVICE
from chassis.doors import Call, EventCall, command, query, reaction, timer
from chassis.keys import FieldCipher
from chassis.schemas import Nothing
from services.accounts import operations, queries
from services.accounts.contract import (
    approvals,
    changes,
    drafts,
    files,
    flags,
    furnishing,
    leases,
    payoff,
    schemas,
    titles,
    work_items,
)
from services.accounts.providers.wiring import AddressBook, PartyCipher, PolicyProvider
from services.accounts.rules.addresses import PaymentAddress
from services.accounts.rules.payoff import PayoffPolicy
from services.accounts.service.days import Days
from services.accounts.service.papers import Papers
from services.leases.contract import events as leases_events
from services.payments.contract import events as payments_events

HOUR_SECONDS = 3600
PERSONS = (CUSTOMER, AGENT)
STAFF = (AGENT,)


class AccountsService(Papers, Days):
    name = "accounts"
    cipher: FieldCipher = PartyCipher()
    policy: PayoffPolicy = PolicyProvider()
    addresses: tuple[PaymentAddress, ...] = AddressBook()

    @query(takes=schemas.MatchAccount, gives=schemas.MatchedAccount, may=(SERVICE,))
    def match_account(self, call: Call) -> Any:
        return queries.match_account(call.transaction, cipher=self.cipher, **call.request)

    @query(takes=schemas.GetStanding, gives=schemas.AccountStanding, may=(SERVICE,))
    def get_standing(self, call: Call) -> Any:
        return queries.get_standing(call.transaction, caller=call.context, today=self.clock.today(), **call.request)

    @query(takes=drafts.GetAmountDue, gives=drafts.AmountDue, may=(SERVICE,))
    def get_amount_due(self, call: Call) -> Any:
        return queries.get_amount_due(call.transaction, caller=call.context, **call.request)

    @query(takes=schemas.GetAccount, gives=schemas.Account, may=(CUSTOMER, AGENT))
    def get_account(self, call: Call) -> Any:
        return queries.get_account(call.transaction, caller=call.context, today=self.clock.today(), **call.request)

    @query(takes=schemas.ListAccounts, gives=schemas.Accounts, may=(CUSTOMER, AGENT))
    def list_accounts(self, call: Call) -> Any:
        return queries.list_accounts(call.transaction, caller=call.context, today=self.clock.today(), **call.request)

    @query(takes=schemas.ListTransactions, gives=schemas.Transactions, may=(CUSTOMER, AGENT))
    def list_transactions(self, call: Call) -> Any:
        return queries.list_transactions(call.transaction, caller=call.context, **call.request)

    @query(takes=schemas.GetSchedule, gives=schemas.Schedule, may=(CUSTOMER, AGENT))
    def get_schedule(self, call: Call) -> Any:
        return queries.get_schedule(call.transaction, caller=call.context, today=self.clock.today(), **call.request)

    @query(takes=schemas.GetBalancesAt, gives=schemas.BalancesAt, may=STAFF)
    def get_balances_at(self, call: Call) -> Any:
        return queries.get_balances_at(call.transaction, caller=call.context, **call.request)

    @command(takes=schemas.ReversePayment, gives=schemas.ChangedAccount, may=STAFF, idempotent=True)
    def reverse_payment(self, call: Call) -> Any:
        return operations.reverse_payment(
            call.transaction, caller=call.context, now=self.clock.now(), today=self.clock.today(), **call.request
        )

    @command(takes=schemas.AssessLateFee, gives=schemas.ChangedAccount, may=STAFF, idempotent=True)
    def assess_late_fee(self, call: Call) -> Any:
        return operations.assess_late_fee(
            call.transaction, caller=call.context, now=self.clock.now(), today=self.clock.today(), **call.request
        )

    @command(takes=schemas.AssessFee, gives=schemas.ChangedAccount, may=STAFF, idempotent=True)
    def assess_fee(self, call: Call) -> Any:
        return operations.assess_fee(
            call.transaction, caller=call.context, now=self.clock.now(), today=self.clock.today(), **call.request
        )

    @command(takes=schemas.WaiveFee, gives=schemas.ChangedAccount, may=STAFF, idempotent=True)
    def waive_fee(self, call: Call) -> Any:
        return operations.waive_fee(
            call.transaction, caller=call.context, now=self.clock.now(), today=self.clock.today(), **call.request
        )

    @command(takes=schemas.ChangeRate, gives=schemas.ChangedAccount, may=STAFF, idempotent=True)
    def change_rate(self, call: Call) -> Any:
        return operations.change_rate(
            call.transaction, caller=call.context, now=self.clock.now(), today=self.clock.today(), **call.request
        )

    @query(takes=changes.PreviewDueDateChange, gives=changes.ScheduleChange, may=PERSONS)
    def preview_due_date_change(self, call: Call) -> Any:
        return queries.preview_due_date_change(
            call.transaction, caller=call.context, today=self.clock.today(), **call.request
        )

    @command(takes=changes.ChangeDueDate, gives=changes.ScheduleChange, may=PERSONS, idempotent=True)
    def change_due_date(self, call: Call) -> Any:
        return operations.change_due_date(
            call.transaction, caller=call.context, now=self.clock.now(), today=self.clock.today(), **call.request
        )

    @query(takes=changes.PreviewDeferment, gives=changes.ScheduleChange, may=PERSONS)
    def preview_deferment(self, call: Call) -> Any:
        return queries.preview_deferment(
            call.transaction, caller=call.context, today=self.clock.today(), **call.request
        )

    @command(takes=changes.DeferPayments, gives=changes.ScheduleChange, may=PERSONS, idempotent=True)
    def defer_payments(self, call: Call) -> Any:
        return operations.defer_payments(
            call.transaction, caller=call.context, now=self.clock.now(), today=self.clock.today(), **call.request
        )

    @query(takes=Nothing, gives=approvals.AwaitedChanges, may=(CUSTOMER,))
    def list_approvals(self, call: Call) -> Any:
        return queries.list_approvals(call.transaction, caller=call.context, today=self.clock.today())

    @command(takes=approvals.DecideChange, gives=approvals.DecidedChange, may=(CUSTOMER,), idempotent=True)
    def accept_change(self, call: Call) -> Any:
        return operations.accept_change(
            call.transaction, caller=call.context, now=self.clock.now(), today=self.clock.today(), **call.request
        )

    @command(takes=approvals.DecideChange, gives=approvals.DecidedChange, may=(CUSTOMER,), idempotent=True)
    def decline_change(self, call: Call) -> Any:
        return operations.decline_change(
            call.transaction, caller=call.context, now=self.clock.now(), today=self.clock.today(), **call.request
        )

    @timer(every_seconds=HOUR_SECONDS)
    def every_hour_lapse_changes(self) -> None:
        operations.lapse_changes(self.store, now=self.clock.now(), today=self.clock.today())

    @command(takes=flags.SetAccountFlag, gives=flags.FlaggedAccount, may=STAFF, idempotent=True)
    def set_account_flag(self, call: Call) -> Any:
        return operations.set_account_flag(
            call.transaction, caller=call.context, now=self.clock.now(), today=self.clock.today(), **call.request
        )

    @command(takes=flags.ClearAccountFlag, gives=flags.FlaggedAccount, may=STAFF, idempotent=True)
    def clear_account_flag(self, call: Call) -> Any:
        return operations.clear_account_flag(
            call.transaction, caller=call.context, now=self.clock.now(), today=self.clock.today(), **call.request
        )

    @command(takes=schemas.AccelerateBalance, gives=schemas.ChangedAccount, may=STAFF, idempotent=True)
    def accelerate_balance(self, call: Call) -> Any:
        return operations.accelerate_balance(
            call.transaction, caller=call.context, now=self.clock.now(), today=self.clock.today(), **call.request
        )

    @command(takes=schemas.ChargeOffAccount, gives=schemas.ChangedAccount, may=STAFF, idempotent=True)
    def charge_off(self, call: Call) -> Any:
        return operations.charge_off(
            call.transaction, caller=call.context, now=self.clock.now(), today=self.clock.today(), **call.request
        )

    @command(takes=titles.RecordTitleRelease, gives=titles.TitleRelease, may=STAFF, idempotent=True)
    def record_title_release(self, call: Call) -> Any:
        return operations.record_title_release(
            call.transaction, caller=call.context, today=self.clock.today(), **call.request
        )

    @query(takes=titles.ListTitleReleases, gives=titles.TitleReleases, may=STAFF)
    def list_title_releases(self, call: Call) -> Any:
        return queries.list_title_releases(call.transaction, today=self.clock.today(), **call.request)

    @query(takes=files.SearchAccounts, gives=files.FoundAccounts, may=STAFF)
    def search_accounts(self, call: Call) -> Any:
        return queries.search_accounts(call.transaction, cipher=self.cipher, **call.request)

    @query(takes=files.GetAccountFile, gives=files.AccountFile, may=STAFF)
    def get_account_file(self, call: Call) -> Any:
        return queries.get_account_file(
            call.transaction, caller=call.context, cipher=self.cipher, today=self.clock.today(), **call.request
        )

    @query(takes=work_items.ListWorkItems, gives=work_items.WorkItems, may=STAFF)
    def list_work_items(self, call: Call) -> Any:
        return queries.list_work_items(call.transaction, caller=call.context, **call.request)

    @command(takes=work_items.CloseWorkItem, gives=work_items.WorkItem, may=STAFF, idempotent=True)
    def close_work_item(self, call: Call) -> Any:
        return operations.close_work_item(call.transaction, caller=call.context, now=self.clock.now(), **call.request)

    @query(takes=furnishing.ListFurnishing, gives=furnishing.Furnishing, may=STAFF)
    def list_furnishing(self, call: Call) -> Any:
        return queries.list_furnishing(call.transaction, caller=call.context, **call.request)

    @command(takes=furnishing.CorrectFurnishing, gives=furnishing.FurnishingFacts, may=STAFF, idempotent=True)
    def correct_furnishing(self, call: Call) -> Any:
        return operations.correct_furnishing(
            call.transaction, caller=call.context, now=self.clock.now(), today=self.clock.today(), **call.request
        )

    @timer(every_seconds=HOUR_SECONDS)
    def every_hour_freeze_furnishing(self) -> None:
        operations.freeze_due_months(self.store, now=self.clock.now(), today=self.clock.today())

    @query(takes=flags.ListAccountFlags, gives=flags.AccountFlags, may=STAFF)
    def list_account_flags(self, call: Call) -> Any:
        return queries.list_account_flags(call.transaction, caller=call.context, **call.request)

    @reaction(payments_events.payment_posted, together=100, at_once=True)
    def on_payment_posted(self, calls: Sequence[EventCall]) -> set[UUID]:
        return operations.apply_payments(calls, policy=self.policy, now=self.clock.now(), today=self.clock.today())

    @reaction(payments_events.payment_settled)
    def on_payment_settled(self, call: EventCall) -> None:
        operations.note_settled(call.transaction, settled=call.data, now=self.clock.now(), today=self.clock.today())

    @reaction(payments_events.payment_returned)
    def on_payment_returned(self, call: EventCall) -> None:
        operations.note_returned(call.transaction, returned=call.data, now=self.clock.now(), today=self.clock.today())

    @reaction(payments_events.payment_refunded)
    def on_payment_refunded(self, call: EventCall) -> None:
        operations.note_refunded(call.transaction, refunded=call.data, now=self.clock.now(), today=self.clock.today())

    @reaction(payments_events.refund_paid)
    def on_refund_paid(self, call: EventCall) -> None:
        operations.note_refund_paid(call.transaction, paid=call.data, now=self.clock.now(), today=self.clock.today())

    @reaction(payments_events.refund_failed)
    def on_refund_failed(self, call: EventCall) -> None:
        operations.note_refund_failed(
            call.transaction, failed=call.data, now=self.clock.now(), today=self.clock.today()
        )  # fmt: skip

    @query(takes=payoff.GetPayoffPreview, gives=payoff.PayoffPreview, may=PERSONS)
    def get_payoff_preview(self, call: Call) -> Any:
        return queries.get_payoff_preview(
            call.transaction, caller=call.context, policy=self.policy, addresses=self.addresses,
            today=self.clock.today(), **call.request,
        )  # fmt: skip

    @query(takes=leases.GetLeaseFigures, gives=leases.LeaseFigures, may=(SERVICE,))
    def get_lease_figures(self, call: Call) -> Any:
        return queries.get_lease_figures(
            call.transaction, caller=call.context, policy=self.policy, today=self.clock.today(), **call.request
        )

    @command(takes=leases.AssessCharges, gives=leases.AssessedCharges, may=(SERVICE,), idempotent=True)
    def assess_charges(self, call: Call) -> Any:
        return operations.assess_charges(
            call.transaction, caller=call.context, policy=self.policy, now=self.clock.now(), today=self.clock.today(),
            **call.request,
        )  # fmt: skip

    @command(takes=leases.CreditEndBill, gives=leases.CreditedEndBill, may=(SERVICE,), idempotent=True)
    def credit_end_bill(self, call: Call) -> Any:
        return operations.credit_end_bill(
            call.transaction, caller=call.context, now=self.clock.now(), today=self.clock.today(), **call.request
        )

    @command(takes=leases.ExtendLease, gives=leases.ExtendedLease, may=(SERVICE,), idempotent=True)
    def extend_lease(self, call: Call) -> Any:
        return operations.extend_lease(
            call.transaction, caller=call.context, now=self.clock.now(), today=self.clock.today(), **call.request
        )

    @reaction(leases_events.vehicle_returned)
    def on_vehicle_returned(self, call: EventCall) -> None:
        operations.note_vehicle_returned(
            call.transaction, returned=call.data, now=self.clock.now(), today=self.clock.today()
        )

    @command(takes=payoff.IssuePayoffQuote, gives=payoff.PayoffQuote, may=(*PERSONS, SERVICE), idempotent=True)
    def issue_payoff_quote(self, call: Call) -> Any:
        return operations.issue_payoff_quote(
            call.transaction, caller=call.context, policy=self.policy, addresses=self.addresses,
            now=self.clock.now(), today=self.clock.today(), **call.request,
        )  # fmt: skip

    @query(takes=payoff.GetPayoffQuote, gives=payoff.PayoffQuote, may=(*PERSONS, SERVICE))
    def get_payoff_quote(self, call: Call) -> Any:
        return queries.get_payoff_quote(
            call.transaction, caller=call.context, addresses=self.addresses, today=self.clock.today(), **call.request
        )

    @query(takes=payoff.ListPaymentAddresses, gives=payoff.PostalAddresses, may=PERSONS)
    def list_payment_addresses(self, call: Call) -> Any:
        return queries.list_payment_addresses(
            call.transaction, caller=call.context, addresses=self.addresses, **call.request
        )

    @command(takes=payoff.CloseAccount, gives=payoff.ClosedAccount, may=(SERVICE,), idempotent=True)
    def close_account(self, call: Call) -> Any:
        return operations.close_account(call.transaction, caller=call.context, today=self.clock.today(), **call.request)

    @timer(every_seconds=HOUR_SECONDS)
    def every_hour_expire_payoff_quotes(self) -> None:
        with self.store.writing() as transaction:
            operations.expire_payoff_quotes(transaction, now=self.clock.now(), today=self.clock.today())

    @timer(every_seconds=HOUR_SECONDS)
    def every_hour_end_flags(self) -> None:
        operations.end_flags(self.store, now=self.clock.now(), today=self.clock.today())

    @timer(every_seconds=60)
    def every_minute_print_names(self) -> None:
        operations.print_names(self.store, cipher=self.cipher)
