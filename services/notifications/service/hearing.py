"""The part of the door that listens: whoever holds an account is told of what happened to it."""

from chassis.doors import EventCall, Service, reaction
from chassis.keys import FieldCipher
from services.accounts.contract import events as accounts_events
from services.leases.contract import events as leases_events
from services.notifications.contract import events as own_events
from services.notifications.operations import telling
from services.notifications.operations.telling import News
from services.payments.contract import events as payments_events


class Hearing(Service):
    """One reaction for each fact that customers are told of."""

    cipher: FieldCipher

    @reaction(payments_events.payment_posted)
    def on_payment_posted(self, call: EventCall) -> None:
        telling.tell_payment_received(call.transaction, news=self._news(call))

    @reaction(payments_events.payment_scheduled)
    def on_payment_scheduled(self, call: EventCall) -> None:
        telling.tell_payment_scheduled(call.transaction, news=self._news(call))

    @reaction(payments_events.payment_cancelled)
    def on_payment_cancelled(self, call: EventCall) -> None:
        telling.tell_payment_cancelled(call.transaction, news=self._news(call))

    @reaction(payments_events.payment_declined)
    def on_payment_declined(self, call: EventCall) -> None:
        telling.tell_payment_declined(call.transaction, news=self._news(call))

    @reaction(payments_events.payment_returned)
    def on_payment_returned(self, call: EventCall) -> None:
        telling.tell_payment_returned(call.transaction, news=self._news(call))

    @reaction(payments_events.payment_disputed)
    def on_payment_disputed(self, call: EventCall) -> None:
        telling.tell_payment_disputed(call.transaction, news=self._news(call))

    @reaction(payments_events.payment_refunded)
    def on_payment_refunded(self, call: EventCall) -> None:
        telling.tell_payment_refunded(call.transaction, news=self._news(call))

    @reaction(payments_events.refund_paid)
    def on_refund_paid(self, call: EventCall) -> None:
        telling.tell_refund_paid(call.transaction, news=self._news(call))

    @reaction(payments_events.refund_failed)
    def on_refund_failed(self, call: EventCall) -> None:
        telling.tell_refund_failed(call.transaction, news=self._news(call))

    @reaction(payments_events.autopay_enrolled)
    def on_autopay_enrolled(self, call: EventCall) -> None:
        telling.tell_autopay_enrolled(call.transaction, news=self._news(call))

    @reaction(payments_events.autopay_cancelled)
    def on_autopay_cancelled(self, call: EventCall) -> None:
        telling.tell_autopay_cancelled(call.transaction, news=self._news(call))

    @reaction(payments_events.autopay_paused)
    def on_autopay_paused(self, call: EventCall) -> None:
        telling.tell_autopay_paused(call.transaction, news=self._news(call))

    @reaction(payments_events.autopay_resumed)
    def on_autopay_resumed(self, call: EventCall) -> None:
        telling.tell_autopay_resumed(call.transaction, news=self._news(call))

    @reaction(payments_events.autopay_draft_upcoming)
    def on_autopay_draft_upcoming(self, call: EventCall) -> None:
        telling.tell_draft_upcoming(call.transaction, news=self._news(call))

    @reaction(accounts_events.payment_due_soon)
    def on_payment_due_soon(self, call: EventCall) -> None:
        telling.tell_payment_due_soon(call.transaction, news=self._news(call))

    @reaction(accounts_events.payment_past_due)
    def on_payment_past_due(self, call: EventCall) -> None:
        telling.tell_payment_past_due(call.transaction, news=self._news(call))

    @reaction(accounts_events.late_fee_assessed)
    def on_late_fee_assessed(self, call: EventCall) -> None:
        telling.tell_late_fee_assessed(call.transaction, news=self._news(call))

    @reaction(accounts_events.late_fee_reversed)
    def on_late_fee_reversed(self, call: EventCall) -> None:
        telling.tell_late_fee_reversed(call.transaction, news=self._news(call))

    @reaction(accounts_events.fee_waived)
    def on_fee_waived(self, call: EventCall) -> None:
        telling.tell_fee_waived(call.transaction, news=self._news(call))

    @reaction(accounts_events.payment_reversed)
    def on_payment_reversed(self, call: EventCall) -> None:
        telling.tell_payment_reversed(call.transaction, news=self._news(call))

    @reaction(accounts_events.schedule_changed)
    def on_schedule_changed(self, call: EventCall) -> None:
        telling.tell_schedule_changed(call.transaction, news=self._news(call))

    @reaction(accounts_events.statement_issued)
    def on_statement_issued(self, call: EventCall) -> None:
        telling.tell_statement_ready(call.transaction, news=self._news(call))

    @reaction(accounts_events.paperless_changed)
    def on_paperless_changed(self, call: EventCall) -> None:
        telling.tell_paperless_changed(call.transaction, news=self._news(call))

    @reaction(accounts_events.payoff_quote_issued)
    def on_payoff_quote_issued(self, call: EventCall) -> None:
        telling.tell_payoff_quote_issued(call.transaction, news=self._news(call))

    @reaction(accounts_events.payoff_quote_withdrawn)
    def on_payoff_quote_withdrawn(self, call: EventCall) -> None:
        telling.tell_payoff_quote_withdrawn(call.transaction, news=self._news(call))

    @reaction(accounts_events.account_paid_off)
    def on_account_paid_off(self, call: EventCall) -> None:
        telling.tell_account_paid_off(call.transaction, news=self._news(call))

    @reaction(accounts_events.account_closed)
    def on_account_closed(self, call: EventCall) -> None:
        telling.tell_account_closed(call.transaction, news=self._news(call))

    @reaction(accounts_events.account_reopened)
    def on_account_reopened(self, call: EventCall) -> None:
        telling.tell_account_reopened(call.transaction, news=self._news(call))

    @reaction(accounts_events.title_released)
    def on_title_released(self, call: EventCall) -> None:
        telling.tell_title_released(call.transaction, news=self._news(call))

    @reaction(accounts_events.lease_extended)
    def on_lease_extended(self, call: EventCall) -> None:
        telling.tell_lease_extended(call.transaction, news=self._news(call))

    @reaction(leases_events.extension_disclosed)
    def on_extension_disclosed(self, call: EventCall) -> None:
        telling.tell_extension_disclosed(call.transaction, news=self._news(call))

    @reaction(leases_events.renewal_ended)
    def on_renewal_ended(self, call: EventCall) -> None:
        telling.tell_renewal_ended(call.transaction, news=self._news(call))

    @reaction(leases_events.lease_end_approaching)
    def on_lease_end_approaching(self, call: EventCall) -> None:
        telling.tell_lease_end_approaching(call.transaction, news=self._news(call))

    @reaction(leases_events.option_closed)
    def on_option_closed(self, call: EventCall) -> None:
        telling.tell_option_closed(call.transaction, news=self._news(call))

    @reaction(leases_events.extension_requested)
    def on_extension_requested(self, call: EventCall) -> None:
        telling.tell_extension_requested(call.transaction, news=self._news(call))

    @reaction(leases_events.extension_decided)
    def on_extension_decided(self, call: EventCall) -> None:
        telling.tell_extension_decided(call.transaction, news=self._news(call))

    @reaction(leases_events.buyout_completed)
    def on_buyout_completed(self, call: EventCall) -> None:
        telling.tell_buyout_completed(call.transaction, news=self._news(call))

    @reaction(leases_events.turn_in_scheduled)
    def on_turn_in_scheduled(self, call: EventCall) -> None:
        telling.tell_turn_in_scheduled(call.transaction, news=self._news(call))

    @reaction(leases_events.vehicle_returned)
    def on_vehicle_returned(self, call: EventCall) -> None:
        telling.tell_vehicle_returned(call.transaction, news=self._news(call))

    @reaction(own_events.conversation_replied)
    def on_conversation_replied(self, call: EventCall) -> None:
        telling.tell_conversation_replied(call.transaction, news=self._news(call))

    def _news(self, call: EventCall) -> News:
        return News(
            now=self.clock.now(), cipher=self.cipher, cause=str(call.event.id), root_id=str(call.event.root_id),
            data=call.data, follows=call.event.causation_id is not None,
        )  # fmt: skip
