"""The part of the door that listens: whoever holds an account is told of what happened to it."""

from collections.abc import Callable, Sequence

from chassis.doors import EventCall, Service, reaction
from chassis.keys import FieldCipher
from services.accounts.contract import events as accounts_events
from services.leases.contract import events as leases_events
from services.notifications.contract import events as own_events
from services.notifications.operations import telling
from services.notifications.providers.wording import Wording
from services.payments.contract import events as payments_events


class Hearing(Service):
    """One reaction for each fact that customers are told of."""

    cipher: FieldCipher
    wording: Wording

    @reaction(payments_events.payment_posted, at_once=True)
    def on_payment_posted(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.payment_received)

    @reaction(payments_events.payment_scheduled, at_once=True)
    def on_payment_scheduled(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.payment_scheduled)

    @reaction(payments_events.payment_cancelled, at_once=True)
    def on_payment_cancelled(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.payment_cancelled)

    @reaction(payments_events.payment_declined, at_once=True)
    def on_payment_declined(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.payment_declined)

    @reaction(payments_events.payment_returned, at_once=True)
    def on_payment_returned(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.payment_returned)

    @reaction(payments_events.payment_disputed, at_once=True)
    def on_payment_disputed(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.payment_disputed)

    @reaction(payments_events.payment_refunded, at_once=True)
    def on_payment_refunded(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.payment_refunded)

    @reaction(payments_events.refund_paid, at_once=True)
    def on_refund_paid(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.refund_paid)

    @reaction(payments_events.refund_failed, at_once=True)
    def on_refund_failed(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.refund_failed)

    @reaction(payments_events.autopay_enrolled, at_once=True)
    def on_autopay_enrolled(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.autopay_enrolled)

    @reaction(payments_events.autopay_cancelled, at_once=True)
    def on_autopay_cancelled(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.autopay_cancelled)

    @reaction(payments_events.autopay_paused, at_once=True)
    def on_autopay_paused(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.autopay_paused)

    @reaction(payments_events.autopay_resumed, at_once=True)
    def on_autopay_resumed(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.autopay_resumed)

    @reaction(payments_events.autopay_draft_upcoming, at_once=True)
    def on_autopay_draft_upcoming(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.draft_upcoming)

    @reaction(accounts_events.payment_due_soon, at_once=True)
    def on_payment_due_soon(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.payment_due_soon)

    @reaction(accounts_events.payment_past_due, at_once=True)
    def on_payment_past_due(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.payment_past_due)

    @reaction(accounts_events.late_fee_assessed, at_once=True)
    def on_late_fee_assessed(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.late_fee_assessed)

    @reaction(accounts_events.late_fee_reversed, at_once=True)
    def on_late_fee_reversed(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.late_fee_reversed)

    @reaction(accounts_events.fee_waived, at_once=True)
    def on_fee_waived(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.fee_waived)

    @reaction(accounts_events.payment_reversed, at_once=True)
    def on_payment_reversed(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.payment_reversed)

    @reaction(accounts_events.schedule_changed, at_once=True)
    def on_schedule_changed(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.schedule_changed)

    @reaction(accounts_events.statement_issued, at_once=True)
    def on_statement_issued(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.statement_ready)

    @reaction(accounts_events.paperless_changed, at_once=True)
    def on_paperless_changed(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.paperless_changed)

    @reaction(accounts_events.payoff_quote_issued, at_once=True)
    def on_payoff_quote_issued(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.payoff_quote_issued)

    @reaction(accounts_events.payoff_quote_withdrawn, at_once=True)
    def on_payoff_quote_withdrawn(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.payoff_quote_withdrawn)

    @reaction(accounts_events.account_paid_off, at_once=True)
    def on_account_paid_off(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.account_paid_off)

    @reaction(accounts_events.account_closed, at_once=True)
    def on_account_closed(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.account_closed)

    @reaction(accounts_events.account_reopened, at_once=True)
    def on_account_reopened(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.account_reopened)

    @reaction(accounts_events.title_released, at_once=True)
    def on_title_released(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.title_released)

    @reaction(accounts_events.lease_extended, at_once=True)
    def on_lease_extended(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.lease_extended)

    @reaction(leases_events.extension_disclosed, at_once=True)
    def on_extension_disclosed(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.extension_disclosed)

    @reaction(leases_events.renewal_ended, at_once=True)
    def on_renewal_ended(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.renewal_ended)

    @reaction(leases_events.lease_end_approaching, at_once=True)
    def on_lease_end_approaching(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.lease_end_approaching)

    @reaction(leases_events.option_closed, at_once=True)
    def on_option_closed(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.option_closed)

    @reaction(leases_events.extension_requested, at_once=True)
    def on_extension_requested(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.extension_requested)

    @reaction(leases_events.extension_decided, at_once=True)
    def on_extension_decided(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.extension_decided)

    @reaction(leases_events.buyout_completed, at_once=True)
    def on_buyout_completed(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.buyout_completed)

    @reaction(leases_events.turn_in_scheduled, at_once=True)
    def on_turn_in_scheduled(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.turn_in_scheduled)

    @reaction(leases_events.vehicle_returned, at_once=True)
    def on_vehicle_returned(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.vehicle_returned)

    @reaction(own_events.conversation_replied, at_once=True)
    def on_conversation_replied(self, calls: Sequence[EventCall]) -> None:
        self._tell(calls, telling.conversation_replied)

    def _tell(
        self, calls: Sequence[EventCall], announce: Callable[[EventCall], telling.Announcement | None]
    ) -> None:  # fmt: skip
        telling.tell_people(
            [announce(call) for call in calls], now=self.clock.now(), cipher=self.cipher, wording=self.wording
        )
